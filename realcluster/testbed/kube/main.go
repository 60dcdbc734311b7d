// SPDX-License-Identifier: Apache-2.0

// wavekube: a whole Kubernetes in one multicall binary, for machines without container images.
// The parts that are upstream's are called by the constructors that upstream's own main functions
// call; certs, image, dns and metrics are ours.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

const usage = "usage: wavekube etcd|kube-apiserver|kube-controller-manager|kube-scheduler|" +
	"kubelet|kube-proxy|kubectl|certs|image|dns|metrics [flags]"

var upstream = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": kcm.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":                 kubeletCommand,
	"kube-proxy":              proxy.NewProxyCommand,
	"kubectl":                 kubectl.NewDefaultKubectlCommand,
}

func kubeletCommand() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }

var ours = map[string]func(args []string) error{
	"certs":   certs,
	"image":   image,
	"dns":     dns,
	"metrics": metrics,
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	name, args := os.Args[1], os.Args[2:]
	// kubectl and etcd read os.Args themselves.
	os.Args = append([]string{name}, args...)
	if run, ok := ours[name]; ok {
		exitOn(run(args))
		return
	}
	if name == "etcd" {
		etcdmain.Main(os.Args)
		return
	}
	create, ok := upstream[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "wavekube: unknown component %q\n%s\n", name, usage)
		os.Exit(2)
	}
	command := create()
	command.SetArgs(args)
	if name == "kubectl" {
		// cli.Run would print usage on an answer like "not found".
		exitOn(cli.RunNoErrOutput(command))
		return
	}
	os.Exit(cli.Run(command))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "wavekube:", err)
		os.Exit(1)
	}
}

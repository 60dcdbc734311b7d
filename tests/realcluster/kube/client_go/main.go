// SPDX-License-Identifier: Apache-2.0

// client_go: the measurements of client_throughput --measure with client-go.
//
//	client_go KUBECONFIG NAMESPACE typed|dynamic|metadata list|watch LISTS|CHANGES
//
// typed: CoreV1().Pods(), each object becomes a v1.Pod; dynamic: unstructured.Unstructured, maps of
// maps; metadata: the server is asked for PartialObjectMetadata. Lists in pages of 500, as
// tools/pager and kubectl ask for them; a page is dropped before the next. JSON, which is what the
// generated clients ask for unless told otherwise. No rate limit; the Go runtime as it comes.
// Prints JSON; bytes are those of the bodies.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const pageSize = 500

var pods = schema.GroupVersionResource{Version: "v1", Resource: "pods"}

// client is one of client-go's three.
type client struct {
	list  func(context.Context, metav1.ListOptions) (runtime.Object, error)
	watch func(context.Context, metav1.ListOptions) (watch.Interface, error)
}

func clientOf[List runtime.Object](
	list func(context.Context, metav1.ListOptions) (List, error),
	watch func(context.Context, metav1.ListOptions) (watch.Interface, error)) client {
	return client{
		func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return list(ctx, options)
		},
		watch,
	}
}

func typedClient(config *rest.Config, namespace string) (client, error) {
	set, err := kubernetes.NewForConfig(config)
	if err != nil {
		return client{}, err
	}
	of := set.CoreV1().Pods(namespace)
	return clientOf(of.List, of.Watch), nil
}

func dynamicClient(config *rest.Config, namespace string) (client, error) {
	set, err := dynamic.NewForConfig(config)
	if err != nil {
		return client{}, err
	}
	of := set.Resource(pods).Namespace(namespace)
	return clientOf(of.List, of.Watch), nil
}

func metadataClient(config *rest.Config, namespace string) (client, error) {
	set, err := metadata.NewForConfig(config)
	if err != nil {
		return client{}, err
	}
	of := set.Resource(pods).Namespace(namespace)
	return clientOf(of.List, of.Watch), nil
}

var makers = map[string]func(*rest.Config, string) (client, error){
	"typed": typedClient, "dynamic": dynamicClient, "metadata": metadataClient,
}

// list1 reads the collection once: how many objects, and its resourceVersion.
func (c client) list1(ctx context.Context) (objects int, version string, err error) {
	for options := (metav1.ListOptions{Limit: pageSize}); ; {
		page, err := c.list(ctx, options)
		if err != nil {
			return 0, "", err
		}
		objects += meta.LenList(page)
		about, err := meta.ListAccessor(page)
		if err != nil {
			return 0, "", err
		}
		if options.Continue = about.GetContinue(); options.Continue == "" {
			return objects, about.GetResourceVersion(), nil
		}
	}
}

func (c client) lists(ctx context.Context, times int) (objects int, err error) {
	for range times {
		listed, _, err := c.list1(ctx)
		if err != nil {
			return 0, err
		}
		objects += listed
	}
	return objects, nil
}

func (c client) changes(ctx context.Context, version string, changes int) (int, error) {
	watching, err := c.watch(ctx, metav1.ListOptions{ResourceVersion: version})
	if err != nil {
		return 0, err
	}
	defer watching.Stop()
	for seen := 0; seen < changes; seen++ {
		event, open := <-watching.ResultChan()
		if !open || event.Type == watch.Error {
			return 0, fmt.Errorf("the watch ended after %d changes: %v", seen, event.Object)
		}
		about, err := meta.Accessor(event.Object)
		if err != nil || about.GetName() == "" {
			return 0, fmt.Errorf("a change without a name: %v", err)
		}
	}
	return changes, nil
}

// counted counts the bytes of all bodies.
type counted struct {
	http.RoundTripper
	bytes atomic.Int64
}

type countedBody struct {
	io.ReadCloser
	bytes *atomic.Int64
}

func (b countedBody) Read(to []byte) (int, error) {
	n, err := b.ReadCloser.Read(to)
	b.bytes.Add(int64(n))
	return n, err
}

func (c *counted) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := c.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Body = countedBody{response.Body, &c.bytes}
	}
	return response, err
}

func cpuSeconds() float64 {
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
}

// peakMib is of this program: getrusage's maximum begins with that of the process that started it.
func peakMib() (mib float64) {
	status, _ := os.ReadFile("/proc/self/status")
	if _, after, found := bytes.Cut(status, []byte("VmHWM:")); found {
		fmt.Sscan(string(after), &mib)
	}
	return mib / 1024
}

func measure(kubeconfig, namespace, kind, what string, times int) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1
	bodies := &counted{}
	config.Wrap(func(inner http.RoundTripper) http.RoundTripper {
		bodies.RoundTripper = inner
		return bodies
	})
	maker := makers[kind]
	if maker == nil {
		return fmt.Errorf("no client %q", kind)
	}
	c, err := maker(config, namespace)
	if err != nil {
		return err
	}
	ctx := context.Background()
	_, version, err := c.list1(ctx) // not measured: it makes the connection
	if err != nil {
		return err
	}
	begin, cpuBefore, bytesBefore := time.Now(), cpuSeconds(), bodies.bytes.Load()
	var objects int
	if what == "watch" {
		objects, err = c.changes(ctx, version, times)
	} else {
		objects, err = c.lists(ctx, times)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"objects": objects, "bytes": bodies.bytes.Load() - bytesBefore,
		"seconds": time.Since(begin).Seconds(), "cpu_s": cpuSeconds() - cpuBefore,
		"peak_mib": peakMib(),
	})
}

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "usage: client_go KUBECONFIG NAMESPACE KIND list|watch TIMES")
		os.Exit(2)
	}
	times, err := strconv.Atoi(os.Args[5])
	if err == nil {
		err = measure(os.Args[1], os.Args[2], os.Args[3], os.Args[4], times)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "client_go:", err)
		os.Exit(1)
	}
}

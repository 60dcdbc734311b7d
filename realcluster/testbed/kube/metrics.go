// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	stats "k8s.io/kubelet/pkg/apis/stats/v1alpha1"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

const (
	frontProxyName = "front-proxy-client" // who the API server's aggregator says it is
	metricsPath    = "/apis/metrics.k8s.io/v1beta1"
	kubeletLimit   = 5 * time.Second
	// The kubelet takes a container's CPU rate between two of its own readings, about this apart.
	usageWindow = 10 * time.Second
)

// The resource metrics API, read from the kubelets' /stats/summary when it is asked for. A usage
// is as old as the kubelet's last reading; a pod too young to have one is left out.
type metricsServer struct {
	client  kubernetes.Interface
	kubelet *http.Client
}

// metrics -kubeconfig FILE -pki DIR -listen ADDRESS:PORT: serves the API server's aggregator only.
func metrics(args []string) error {
	fs := flag.NewFlagSet("metrics", flag.ExitOnError)
	kubeconfig := fs.String("kubeconfig", "", "how to reach the API server")
	pki := fs.String("pki", "pki", "the folder that `wavekube certs` wrote")
	listen := fs.String("listen", "127.0.0.1:10443", "where to answer")
	fs.Parse(args)
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	identity, err := tls.LoadX509KeyPair(
		filepath.Join(*pki, "kubelet-client.crt"), filepath.Join(*pki, "kubelet-client.key"))
	if err != nil {
		return err
	}
	caText, err := os.ReadFile(filepath.Join(*pki, "ca.crt"))
	if err != nil {
		return err
	}
	ca := x509.NewCertPool()
	ca.AppendCertsFromPEM(caText)
	// A kubelet signs its own serving certificate, so there is nothing to check it against.
	kubeletTLS := &tls.Config{Certificates: []tls.Certificate{identity}, InsecureSkipVerify: true}
	server := &metricsServer{client: client, kubelet: &http.Client{
		Timeout: kubeletLimit, Transport: &http.Transport{TLSClientConfig: kubeletTLS}}}
	endpoint := http.Server{
		Addr:    *listen,
		Handler: server.routes(),
		TLSConfig: &tls.Config{
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca,
			VerifyConnection: fromFrontProxy,
		},
	}
	return endpoint.ListenAndServeTLS(
		filepath.Join(*pki, "metrics.crt"), filepath.Join(*pki, "metrics.key"))
}

func fromFrontProxy(state tls.ConnectionState) error {
	if name := state.PeerCertificates[0].Subject.CommonName; name != frontProxyName {
		return fmt.Errorf("%s is not %s", name, frontProxyName)
	}
	return nil
}

func (s *metricsServer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+metricsPath, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, resourceList())
	})
	mux.HandleFunc("GET "+metricsPath+"/nodes", s.listNodes)
	mux.HandleFunc("GET "+metricsPath+"/nodes/{name}", s.getNode)
	mux.HandleFunc("GET "+metricsPath+"/pods", s.listPods)
	mux.HandleFunc("GET "+metricsPath+"/namespaces/{namespace}/pods", s.listPods)
	mux.HandleFunc("GET "+metricsPath+"/namespaces/{namespace}/pods/{name}", s.getPod)
	return mux
}

func resourceList() metav1.APIResourceList {
	verbs := metav1.Verbs{"get", "list"}
	return metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
		GroupVersion: v1beta1.SchemeGroupVersion.String(),
		APIResources: []metav1.APIResource{
			{Name: "nodes", Kind: "NodeMetrics", Verbs: verbs},
			{Name: "pods", Kind: "PodMetrics", Verbs: verbs, Namespaced: true},
		},
	}
}

func (s *metricsServer) listNodes(w http.ResponseWriter, r *http.Request) {
	found, err := s.nodeMetrics(r.Context(), selection(r))
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, v1beta1.NodeMetricsList{
		TypeMeta: typeMeta("NodeMetricsList"), Items: found})
}

func (s *metricsServer) getNode(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	found, err := s.nodeMetrics(r.Context(), only(name))
	if err == nil && len(found) == 0 {
		err = apierrors.NewNotFound(v1beta1.Resource("nodes"), name)
	}
	if err != nil {
		writeError(w, err)
		return
	}
	found[0].TypeMeta = typeMeta("NodeMetrics")
	writeJSON(w, http.StatusOK, found[0])
}

func (s *metricsServer) listPods(w http.ResponseWriter, r *http.Request) {
	found, err := s.podMetrics(r.Context(), r.PathValue("namespace"), selection(r))
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, v1beta1.PodMetricsList{
		TypeMeta: typeMeta("PodMetricsList"), Items: found})
}

func (s *metricsServer) getPod(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	found, err := s.podMetrics(r.Context(), r.PathValue("namespace"), only(name))
	if err == nil && len(found) == 0 {
		err = apierrors.NewNotFound(v1beta1.Resource("pods"), name)
	}
	if err != nil {
		writeError(w, err)
		return
	}
	found[0].TypeMeta = typeMeta("PodMetrics")
	writeJSON(w, http.StatusOK, found[0])
}

// The selectors are the API server's business: metrics are of the objects that it selects.
func selection(r *http.Request) metav1.ListOptions {
	query := r.URL.Query()
	return metav1.ListOptions{
		LabelSelector: query.Get("labelSelector"), FieldSelector: query.Get("fieldSelector")}
}

func only(name string) metav1.ListOptions {
	return metav1.ListOptions{FieldSelector: "metadata.name=" + name}
}

func (s *metricsServer) nodeMetrics(
	ctx context.Context, which metav1.ListOptions) ([]v1beta1.NodeMetrics, error) {
	nodes, err := s.client.CoreV1().Nodes().List(ctx, which)
	if err != nil {
		return nil, err
	}
	summaries := s.summaries(ctx, nodes.Items)
	found := []v1beta1.NodeMetrics{}
	for i, node := range nodes.Items {
		if summaries[i] == nil {
			continue
		}
		usage, at, ok := usageOfPods(summaries[i].Node)
		if !ok {
			continue
		}
		found = append(found, v1beta1.NodeMetrics{
			ObjectMeta: metadata(node.ObjectMeta), Timestamp: at,
			Window: metav1.Duration{Duration: usageWindow}, Usage: usage})
	}
	return found, nil
}

func (s *metricsServer) podMetrics(
	ctx context.Context, namespace string, which metav1.ListOptions) ([]v1beta1.PodMetrics, error) {
	pods, err := s.client.CoreV1().Pods(namespace).List(ctx, which)
	if err != nil {
		return nil, err
	}
	nodes, err := s.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	byUID := map[string]stats.PodStats{}
	for _, summary := range s.summaries(ctx, nodes.Items) {
		if summary != nil {
			for _, pod := range summary.Pods {
				byUID[pod.PodRef.UID] = pod
			}
		}
	}
	found := []v1beta1.PodMetrics{}
	for _, pod := range pods.Items {
		if metrics, ok := metricsOf(pod, byUID[string(pod.UID)]); ok {
			found = append(found, metrics)
		}
	}
	return found, nil
}

// metricsOf is not ok as long as one container of the pod has no reading yet.
func metricsOf(pod corev1.Pod, read stats.PodStats) (v1beta1.PodMetrics, bool) {
	metrics := v1beta1.PodMetrics{
		ObjectMeta: metadata(pod.ObjectMeta), Window: metav1.Duration{Duration: usageWindow}}
	for _, container := range read.Containers {
		usage, at, ok := usageOf(container.CPU, container.Memory)
		if !ok {
			return metrics, false
		}
		if metrics.Timestamp.Time.Before(at.Time) {
			metrics.Timestamp = at
		}
		metrics.Containers = append(metrics.Containers,
			v1beta1.ContainerMetrics{Name: container.Name, Usage: usage})
	}
	return metrics, len(metrics.Containers) > 0
}

// usageOfPods: what a kubelet calls the node's own usage is that of the whole machine, which the
// nodes of a testbed share; that of the cgroup around its pods is the node's.
func usageOfPods(node stats.NodeStats) (corev1.ResourceList, metav1.Time, bool) {
	for _, container := range node.SystemContainers {
		if container.Name == stats.SystemContainerPods {
			return usageOf(container.CPU, container.Memory)
		}
	}
	return nil, metav1.Time{}, false
}

func usageOf(
	cpu *stats.CPUStats, memory *stats.MemoryStats) (corev1.ResourceList, metav1.Time, bool) {
	if cpu == nil || cpu.UsageNanoCores == nil || memory == nil || memory.WorkingSetBytes == nil {
		return nil, metav1.Time{}, false
	}
	cores := resource.NewScaledQuantity(int64(*cpu.UsageNanoCores), resource.Nano)
	bytes := resource.NewQuantity(int64(*memory.WorkingSetBytes), resource.BinarySI)
	usage := corev1.ResourceList{corev1.ResourceCPU: *cores, corev1.ResourceMemory: *bytes}
	return usage, cpu.Time, true
}

// summaries asks all kubelets at once; nil for one that does not answer (a dead node).
func (s *metricsServer) summaries(ctx context.Context, nodes []corev1.Node) []*stats.Summary {
	found := make([]*stats.Summary, len(nodes))
	var all sync.WaitGroup
	for i, node := range nodes {
		all.Add(1)
		go func() {
			defer all.Done()
			summary, err := s.summary(ctx, node)
			if err != nil {
				fmt.Fprintf(os.Stderr, "node %s: %v\n", node.Name, err)
				return
			}
			found[i] = summary
		}()
	}
	all.Wait()
	return found
}

func (s *metricsServer) summary(ctx context.Context, node corev1.Node) (*stats.Summary, error) {
	for _, address := range node.Status.Addresses {
		if address.Type != corev1.NodeInternalIP {
			continue
		}
		url := fmt.Sprintf("https://%s:%d/stats/summary",
			address.Address, node.Status.DaemonEndpoints.KubeletEndpoint.Port)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		response, err := s.kubelet.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return nil, errors.New(response.Status)
		}
		var summary stats.Summary
		return &summary, json.NewDecoder(response.Body).Decode(&summary)
	}
	return nil, errors.New("no InternalIP")
}

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{Kind: kind, APIVersion: v1beta1.SchemeGroupVersion.String()}
}

func metadata(object metav1.ObjectMeta) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: object.Name, Namespace: object.Namespace, Labels: object.Labels,
		CreationTimestamp: metav1.Now()}
}

func writeError(w http.ResponseWriter, err error) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		status = apierrors.NewInternalError(err)
	}
	body := status.Status()
	body.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	writeJSON(w, int(body.Code), body)
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(body)
}

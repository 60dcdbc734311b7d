// SPDX-License-Identifier: Apache-2.0
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sort"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	dnsTTL       = 5   // seconds, the default of CoreDNS's kubernetes plugin
	udpBytesMax  = 512 // longer answers are truncated, the client asks again over TCP
	tcpIdleLimit = 10 * time.Second
)

// The DNS of a cluster (Kubernetes DNS-Based Service Discovery 1.1.0), IPv4 only: names of
// Services, of headless Services' endpoints and of ExternalName Services. Nothing is forwarded:
// what the cluster does not know does not exist.
type dnsServer struct {
	zone     string // "cluster.local."
	services corelisters.ServiceLister
	slices   discoverylisters.EndpointSliceLister
}

// What a name stands for. A name that exists may have no address (a headless Service without
// ready endpoints): then the answer is empty, and not "no such name".
type dnsRecords struct {
	exists    bool
	addresses []netip.Addr
	alias     string
}

// dns -kubeconfig FILE -listen ADDRESS:PORT: answers over UDP and TCP, until it is killed.
func dns(args []string) error {
	fs := flag.NewFlagSet("dns", flag.ExitOnError)
	kubeconfig := fs.String("kubeconfig", "", "how to reach the API server")
	listen := fs.String("listen", "127.0.0.1:10053", "where to answer")
	zone := fs.String("zone", "cluster.local", "domain of the cluster")
	fs.Parse(args)
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	udp, err := net.ListenPacket("udp", *listen)
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	server := &dnsServer{
		zone:     *zone + ".",
		services: factory.Core().V1().Services().Lister(),
		slices:   factory.Discovery().V1().EndpointSlices().Lister(),
	}
	forever := make(chan struct{})
	factory.Start(forever)
	// Until the caches are full nobody is answered: a client waits and asks again, while "no such
	// name" would be believed.
	factory.WaitForCacheSync(forever)
	fmt.Println("answering on", *listen)
	go server.serveTCP(tcp)
	return server.serveUDP(udp)
}

func (s *dnsServer) serveUDP(socket net.PacketConn) error {
	buffer := make([]byte, 1<<16)
	for {
		n, from, err := socket.ReadFrom(buffer)
		if err != nil {
			return err
		}
		if reply := s.reply(buffer[:n], udpBytesMax); reply != nil {
			socket.WriteTo(reply, from)
		}
	}
}

func (s *dnsServer) serveTCP(socket net.Listener) {
	for {
		connection, err := socket.Accept()
		if err != nil {
			return
		}
		go s.serveConnection(connection)
	}
}

// Over TCP each message follows its length in two bytes (RFC 1035, 4.2.2).
func (s *dnsServer) serveConnection(connection net.Conn) {
	defer connection.Close()
	for {
		connection.SetDeadline(time.Now().Add(tcpIdleLimit))
		var length [2]byte
		if _, err := io.ReadFull(connection, length[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(connection, query); err != nil {
			return
		}
		reply := s.reply(query, 1<<16-1)
		if reply == nil {
			return
		}
		framed := binary.BigEndian.AppendUint16(nil, uint16(len(reply)))
		if _, err := connection.Write(append(framed, reply...)); err != nil {
			return
		}
	}
}

// reply is the answer to one message, nil for what is no question.
func (s *dnsServer) reply(query []byte, bytesMax int) []byte {
	var parser dnsmessage.Parser
	header, err := parser.Start(query)
	if err != nil || header.Response {
		return nil
	}
	question, err := parser.Question()
	if err != nil {
		return nil
	}
	answer := dnsmessage.Header{
		ID: header.ID, Response: true, OpCode: header.OpCode, Authoritative: true,
		RecursionDesired: header.RecursionDesired, RecursionAvailable: true,
	}
	found := s.lookUp(question.Name.String())
	if header.OpCode != 0 {
		answer.RCode = dnsmessage.RCodeNotImplemented
	} else if !found.exists {
		answer.RCode = dnsmessage.RCodeNameError
	}
	packed, err := pack(answer, question, found)
	if err == nil && len(packed) > bytesMax {
		answer.Truncated = true
		packed, err = pack(answer, question, dnsRecords{})
	}
	if err != nil {
		return nil
	}
	return packed
}

func pack(
	header dnsmessage.Header, question dnsmessage.Question, found dnsRecords) ([]byte, error) {
	builder := dnsmessage.NewBuilder(nil, header)
	builder.EnableCompression()
	if err := builder.StartQuestions(); err != nil {
		return nil, err
	}
	if err := builder.Question(question); err != nil {
		return nil, err
	}
	if err := builder.StartAnswers(); err != nil {
		return nil, err
	}
	resource := dnsmessage.ResourceHeader{
		Name: question.Name, Class: dnsmessage.ClassINET, TTL: dnsTTL}
	if found.alias != "" {
		target, err := dnsmessage.NewName(found.alias)
		if err != nil {
			return nil, err
		}
		alias := dnsmessage.CNAMEResource{CNAME: target}
		if err := builder.CNAMEResource(resource, alias); err != nil {
			return nil, err
		}
	}
	if question.Type == dnsmessage.TypeA || question.Type == dnsmessage.TypeALL {
		for _, address := range found.addresses {
			record := dnsmessage.AResource{A: address.As4()}
			if err := builder.AResource(resource, record); err != nil {
				return nil, err
			}
		}
	}
	return builder.Finish()
}

// lookUp knows SERVICE.NAMESPACE.svc.ZONE and HOSTNAME.SERVICE.NAMESPACE.svc.ZONE.
func (s *dnsServer) lookUp(name string) dnsRecords {
	inZone, ok := strings.CutSuffix(strings.ToLower(name), "."+s.zone)
	if !ok {
		return dnsRecords{}
	}
	words := strings.Split(inZone, ".")
	hostname := ""
	if len(words) == 4 {
		hostname, words = words[0], words[1:]
	}
	if len(words) != 3 || words[2] != "svc" {
		return dnsRecords{}
	}
	service, err := s.services.Services(words[1]).Get(words[0])
	if err != nil {
		return dnsRecords{}
	}
	if hostname != "" {
		addresses := s.endpoints(service, hostname)
		return dnsRecords{exists: len(addresses) > 0, addresses: addresses}
	}
	if service.Spec.Type == corev1.ServiceTypeExternalName {
		alias := strings.TrimSuffix(service.Spec.ExternalName, ".") + "."
		return dnsRecords{exists: true, alias: alias}
	}
	if service.Spec.ClusterIP == corev1.ClusterIPNone {
		return dnsRecords{exists: true, addresses: s.endpoints(service, "")}
	}
	address, err := netip.ParseAddr(service.Spec.ClusterIP)
	if err != nil || !address.Is4() {
		return dnsRecords{exists: true}
	}
	return dnsRecords{exists: true, addresses: []netip.Addr{address}}
}

// endpoints are the ready addresses behind a Service, or all if it asks for that; with a hostname
// only those that carry it. Sorted, each once.
func (s *dnsServer) endpoints(service *corev1.Service, hostname string) []netip.Addr {
	ofService := labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: service.Name})
	slices, err := s.slices.EndpointSlices(service.Namespace).List(ofService)
	if err != nil {
		return nil
	}
	found := map[netip.Addr]bool{}
	for _, slice := range slices {
		for _, endpoint := range slice.Endpoints {
			ready := endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready
			if !ready && !service.Spec.PublishNotReadyAddresses {
				continue
			}
			if hostname != "" && (endpoint.Hostname == nil || *endpoint.Hostname != hostname) {
				continue
			}
			for _, text := range endpoint.Addresses {
				if address, err := netip.ParseAddr(text); err == nil && address.Is4() {
					found[address] = true
				}
			}
		}
	}
	addresses := make([]netip.Addr, 0, len(found))
	for address := range found {
		addresses = append(addresses, address)
	}
	sort.Slice(addresses, func(i, j int) bool { return addresses[i].Less(addresses[j]) })
	return addresses
}

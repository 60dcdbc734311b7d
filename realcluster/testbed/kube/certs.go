// SPDX-License-Identifier: Apache-2.0
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A certificate authority that lives as long as one testbed: keys are made at each start and
// the certificates are valid for a year.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

// certs -dir DIR -server URL -sans a,b,c -nodes n1,n2 writes what a cluster needs:
//
//	ca.{crt,key} apiserver.{crt,key} webhook/{tls.crt,tls.key,ca.crt} metrics.{crt,key}
//	kubelet-client.{crt,key} front-proxy.{crt,key} sa.{key,pub}
//	NAME.kubeconfig with an embedded client certificate, one for each identity
func certs(args []string) error {
	fs := flag.NewFlagSet("certs", flag.ExitOnError)
	dir := fs.String("dir", "pki", "output directory")
	server := fs.String("server", "https://127.0.0.1:6443", "URL of the API server")
	sans := fs.String("sans", "127.0.0.1", "addresses and names in the API server's certificate")
	nodes := fs.String("nodes", "n1,n2", "node names")
	fs.Parse(args)
	ca, err := newAuthority(*dir)
	if err != nil {
		return err
	}
	hosts := split(*sans)
	apiserver := append([]string{"kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local"}, hosts...)
	err = errors.Join(
		ca.serving("apiserver.crt", "apiserver.key", "kube-apiserver", apiserver),
		ca.serving("webhook/tls.crt", "webhook/tls.key", "webhook", hosts),
		write(*dir, "webhook/ca.crt", ca.pem),
		ca.serving("metrics.crt", "metrics.key", "metrics-server",
			[]string{"metrics-server.kube-system.svc"}),
		ca.client("kubelet-client.crt", "kubelet-client.key",
			"kube-apiserver-kubelet-client", "system:masters"),
		ca.client("front-proxy.crt", "front-proxy.key", frontProxyName),
		serviceAccountKeys(*dir),
		ca.kubeconfig("admin", *server, "wavetank-admin", "system:masters"),
		ca.kubeconfig("kube-controller-manager", *server, "system:kube-controller-manager"),
		ca.kubeconfig("kube-scheduler", *server, "system:kube-scheduler"),
		ca.kubeconfig("kube-proxy", *server, "system:kube-proxy"))
	for _, n := range split(*nodes) {
		err = errors.Join(err,
			ca.kubeconfig("kubelet-"+n, *server, "system:node:"+n, "system:nodes"))
	}
	return err
}

func newAuthority(dir string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := template("wavetank-testbed-ca", nil)
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage |= x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	ca := &authority{dir: dir, cert: cert, key: key, pem: pemBytes("CERTIFICATE", der)}
	keyPEM, err := keyBytes(key)
	return ca, errors.Join(err, write(dir, "ca.crt", ca.pem), write(dir, "ca.key", keyPEM))
}

func template(name string, groups []string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name, Organization: groups},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func (ca *authority) sign(t *x509.Certificate) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ca.cert, &private.PublicKey, ca.key)
	if err != nil {
		return nil, nil, err
	}
	key, err = keyBytes(private)
	return pemBytes("CERTIFICATE", der), key, err
}

func (ca *authority) serving(certFile, keyFile, name string, hosts []string) error {
	t := template(name, nil)
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, host)
		}
	}
	cert, key, err := ca.sign(t)
	return errors.Join(err, write(ca.dir, certFile, cert), write(ca.dir, keyFile, key))
}

func (ca *authority) client(certFile, keyFile, name string, groups ...string) error {
	t := template(name, groups)
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	cert, key, err := ca.sign(t)
	return errors.Join(err, write(ca.dir, certFile, cert), write(ca.dir, keyFile, key))
}

const kubeconfigText = `apiVersion: v1
kind: Config
clusters:
- name: wavetank-testbed
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %s
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: wavetank-testbed
  context: {cluster: wavetank-testbed, user: "%s"}
current-context: wavetank-testbed
`

func (ca *authority) kubeconfig(file, server, user string, groups ...string) error {
	t := template(user, groups)
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	cert, key, err := ca.sign(t)
	b64 := base64.StdEncoding.EncodeToString
	text := fmt.Sprintf(kubeconfigText, server, b64(ca.pem), user, b64(cert), b64(key), user)
	return errors.Join(err, write(ca.dir, file+".kubeconfig", []byte(text)))
}

// The keys that sign and check the tokens of ServiceAccounts.
func serviceAccountKeys(dir string) error {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	return errors.Join(err,
		write(dir, "sa.key", pemBytes("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private))),
		write(dir, "sa.pub", pemBytes("PUBLIC KEY", public)))
}

func write(dir, name string, content []byte) error {
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func keyBytes(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalECPrivateKey(key)
	return pemBytes("EC PRIVATE KEY", der), err
}

func pemBytes(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// "a,b" -> a, b; nothing -> nothing.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// SPDX-License-Identifier: Apache-2.0

// testbed-app: the static program of the images that a testbed brings along.
//
//	testbed-app pause        the pod's sandbox, and what Chaos Mesh puts in for a failing container
//	testbed-app serve        HTTP on :8080: / names the pod, /healthz, /readyz
//	testbed-app get URL      prints the answer's body; exit 22 on status >= 400, 7 on no answer in
//	                         2 s
//	testbed-app time URL     prints the milliseconds that an answer takes; exits like get
//	testbed-app lookup NAME  prints the addresses of a name, one a line; exit 6 if there are none
//	testbed-app eat MIB      allocates and touches memory
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	switch argument(1, "serve") {
	case "pause":
		waitForSignal()
	case "serve":
		serve()
	case "get":
		io.Copy(os.Stdout, answer(argument(2, "")))
	case "time":
		start := time.Now()
		io.Copy(io.Discard, answer(argument(2, "")))
		fmt.Println(float64(time.Since(start).Microseconds()) / 1000)
	case "lookup":
		lookup(argument(2, ""))
	case "eat":
		eat(argument(2, "64"))
		waitForSignal()
	default:
		fail(2, "usage: testbed-app pause|serve|get URL|time URL|lookup NAME|eat MIB")
	}
}

func argument(i int, fallback string) string {
	if len(os.Args) > i {
		return os.Args[i]
	}
	return fallback
}

func fail(code int, what any) {
	fmt.Fprintln(os.Stderr, "testbed-app:", what)
	os.Exit(code)
}

func waitForSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	<-signals
}

func serve() {
	host, _ := os.Hostname()
	ok := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }
	http.HandleFunc("/healthz", ok)
	http.HandleFunc("/readyz", ok)
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, host) })
	server := &http.Server{Addr: ":8080"}
	go func() {
		waitForSignal()
		limited, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		server.Shutdown(limited)
	}()
	fmt.Println("serving on", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fail(1, err)
	}
}

func answer(url string) io.Reader {
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		fail(7, err)
	}
	if response.StatusCode >= 400 {
		io.Copy(os.Stderr, response.Body)
		os.Exit(22)
	}
	return response.Body
}

func lookup(name string) {
	addresses, err := net.LookupHost(name)
	if err != nil {
		fail(6, err)
	}
	for _, address := range addresses {
		fmt.Println(address)
	}
}

var held []byte

func eat(mib string) {
	n, err := strconv.Atoi(mib)
	if err != nil {
		fail(2, err)
	}
	held = make([]byte, n<<20)
	for i := 0; i < len(held); i += os.Getpagesize() {
		held[i] = 1
	}
	fmt.Println("holding", n, "MiB")
}

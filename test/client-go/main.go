// Checks a cluster as Go programs see it: client-go's informers, server-side apply, leader election, streams, discovery.
//
// Usage: client-go-check <kubeconfig>. Prints "ok <check>" for each check that held; the first one that does not ends the program with status 1.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	namespace = "default"
	limit     = 60 * time.Second
)

type cluster struct {
	config *rest.Config
	client kubernetes.Interface
}

type check struct {
	name string
	run  func(context.Context, cluster) error
}

var checks = []check{
	{"informers", checkInformers},
	{"apply", checkApply},
	{"leader election", checkLeaderElection},
	{"logs and exec", checkStreams},
	{"discovery and dynamic client", checkDynamic},
	{"watch", checkWatch},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: client-go-check <kubeconfig>")
		os.Exit(2)
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	exitOn("read the kubeconfig", err)
	config.QPS = -1
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	client, err := kubernetes.NewForConfig(config)
	exitOn("make a client", err)
	for _, each := range checks {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		err := each.run(ctx, cluster{config, client})
		cancel()
		exitOn(each.name, err)
		fmt.Println("ok", each.name)
	}
}

func exitOn(what string, err error) {
	if err == nil {
		return
	}
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
	os.Exit(1)
}

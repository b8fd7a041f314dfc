package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// checkDynamic finds resources by discovery, and works with objects whose Go types it does not know.
func checkDynamic(ctx context.Context, c cluster) error {
	groups, err := restmapper.GetAPIGroupResources(c.client.Discovery())
	if err != nil {
		return err
	}
	mapping, err := restmapper.NewDiscoveryRESTMapper(groups).RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"}, "v1")
	if err != nil {
		return err
	}
	if mapping.Resource.Resource != "deployments" {
		return fmt.Errorf("expected deployments, got %v", mapping.Resource)
	}
	config := rest.CopyConfig(c.config)
	config.ContentType, config.AcceptContentTypes = "", ""
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "untyped", "labels": map[string]any{"check": "dynamic"}},
		"data":     map[string]any{"a": "1"},
	}}
	configMaps := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	if _, err := client.Resource(configMaps).Namespace(namespace).Create(ctx, object, metav1.CreateOptions{}); err != nil {
		return err
	}
	meta, err := metadata.NewForConfig(c.config)
	if err != nil {
		return err
	}
	list, err := meta.Resource(configMaps).Namespace(namespace).List(ctx, metav1.ListOptions{LabelSelector: "check=dynamic"})
	if err != nil {
		return err
	}
	if len(list.Items) != 1 || list.Items[0].Name != "untyped" {
		return fmt.Errorf("expected the metadata of untyped, got %v", list.Items)
	}
	return client.Resource(configMaps).Namespace(namespace).Delete(ctx, "untyped", metav1.DeleteOptions{})
}

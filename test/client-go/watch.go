package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/pager"

	"k8s.io/apimachinery/pkg/runtime"
)

const many = 25

// checkWatch sees each change once and in order from a list's revision on, and reads a list in pages.
func checkWatch(ctx context.Context, c cluster) error {
	configMaps := c.client.CoreV1().ConfigMaps(namespace)
	start, err := configMaps.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	watcher, err := configMaps.Watch(ctx, metav1.ListOptions{ResourceVersion: start.ResourceVersion, LabelSelector: "check=watch"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	for i := range many {
		name := fmt.Sprintf("watched-%02d", i)
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"check": "watch"}}}
		if _, err := configMaps.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return err
		}
		if _, err := configMaps.Patch(ctx, name, types.MergePatchType, []byte(`{"data":{"a":"1"}}`), metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	for i := range many {
		for _, expected := range []string{"ADDED", "MODIFIED"} {
			event, open := <-watcher.ResultChan()
			if !open {
				return fmt.Errorf("the watch ended early")
			}
			object, ok := event.Object.(*corev1.ConfigMap)
			if !ok || string(event.Type) != expected || object.Name != fmt.Sprintf("watched-%02d", i) {
				return fmt.Errorf("expected %s of object %d, got %s of %v", expected, i, event.Type, event.Object)
			}
		}
	}
	return checkPages(ctx, c)
}

func checkPages(ctx context.Context, c cluster) error {
	configMaps := c.client.CoreV1().ConfigMaps(namespace)
	pages := pager.New(pager.SimplePageFunc(func(options metav1.ListOptions) (runtime.Object, error) {
		return configMaps.List(ctx, options)
	}))
	pages.PageSize = 10
	count := 0
	err := pages.EachListItem(ctx, metav1.ListOptions{LabelSelector: "check=watch"}, func(runtime.Object) error {
		count++
		return nil
	})
	if err != nil || count != many {
		return fmt.Errorf("expected %d objects in pages, got %d %w", many, count, err)
	}
	return configMaps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "check=watch"})
}

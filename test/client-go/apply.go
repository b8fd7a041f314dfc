package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1 "k8s.io/client-go/applyconfigurations/core/v1"
)

// checkApply lets two field managers apply one object: a conflict, a takeover, and what a manager gives up.
func checkApply(ctx context.Context, c cluster) error {
	configMaps := c.client.CoreV1().ConfigMaps(namespace)
	apply := func(manager string, force bool, data map[string]string) error {
		_, err := configMaps.Apply(ctx, corev1.ConfigMap("applied", namespace).WithData(data), metav1.ApplyOptions{FieldManager: manager, Force: force})
		return err
	}
	if err := apply("one", false, map[string]string{"a": "1", "b": "1"}); err != nil {
		return err
	}
	if err := apply("two", false, map[string]string{"a": "2"}); !errors.IsConflict(err) {
		return fmt.Errorf("expected a conflict, got %v", err)
	}
	if err := apply("two", true, map[string]string{"a": "2"}); err != nil {
		return err
	}
	if err := apply("one", false, map[string]string{}); err != nil {
		return err
	}
	left, err := configMaps.Get(ctx, "applied", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if len(left.Data) != 1 || left.Data["a"] != "2" {
		return fmt.Errorf("expected only what two applied, got %v", left.Data)
	}
	extracted, err := corev1.ExtractConfigMap(left, "two")
	if err != nil || extracted.Data["a"] != "2" {
		return fmt.Errorf("cannot read back what two applied: %v %w", extracted, err)
	}
	return configMaps.Delete(ctx, "applied", metav1.DeleteOptions{})
}

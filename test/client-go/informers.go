package main

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

const poll = 20 * time.Millisecond

// checkInformers follows a Deployment through its life with shared informers over protobuf.
func checkInformers(ctx context.Context, c cluster) error {
	factory := informers.NewSharedInformerFactory(c.client, 0)
	pods, deployments := factory.Core().V1().Pods(), factory.Apps().V1().Deployments()
	deleted := make(chan string, 100)
	if _, err := pods.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		DeleteFunc: func(object any) {
			if pod, ok := object.(*corev1.Pod); ok {
				deleted <- pod.Name
			}
		},
	}); err != nil {
		return err
	}
	deployments.Informer()
	stop := make(chan struct{})
	defer close(stop)
	factory.Start(stop)
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("the informer of %v did not sync", kind)
		}
	}
	selector := labels.SelectorFromSet(labels.Set{"app": "informed"})
	if _, err := c.client.AppsV1().Deployments(namespace).Create(ctx, deployment("informed", 3), metav1.CreateOptions{}); err != nil {
		return err
	}
	err := wait.PollUntilContextCancel(ctx, poll, true, func(context.Context) (bool, error) {
		found, err := deployments.Lister().Deployments(namespace).Get("informed")
		if err != nil || found.Status.AvailableReplicas != 3 {
			return false, nil
		}
		running, err := pods.Lister().Pods(namespace).List(selector)
		count := 0
		for _, pod := range running {
			if pod.Status.Phase == corev1.PodRunning && pod.Status.PodIP != "" {
				count++
			}
		}
		return count == 3, err
	})
	if err != nil {
		return fmt.Errorf("the informers never saw the pods run: %w", err)
	}
	background := metav1.DeletePropagationBackground
	if err := c.client.AppsV1().Deployments(namespace).Delete(ctx, "informed", metav1.DeleteOptions{PropagationPolicy: &background}); err != nil {
		return err
	}
	for range 3 {
		select {
		case <-deleted:
		case <-ctx.Done():
			return fmt.Errorf("the informer never saw the pods go")
		}
	}
	return nil
}

func deployment(name string, replicas int32) *appsv1.Deployment {
	app := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: app},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: app},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "web:1"}}},
			},
		},
	}
}

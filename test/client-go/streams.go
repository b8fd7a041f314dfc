package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
)

// checkStreams reads a log and runs commands in a container over WebSocket.
func checkStreams(ctx context.Context, c cluster) error {
	pods := c.client.CoreV1().Pods(namespace)
	container := corev1.Container{Name: "main", Image: "tool:1", Command: []string{"sh", "-c", "echo said; sleep 1000"}}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "talker"}, Spec: corev1.PodSpec{Containers: []corev1.Container{container}}}
	if _, err := pods.Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		return err
	}
	err := wait.PollUntilContextCancel(ctx, poll, true, func(ctx context.Context) (bool, error) {
		found, err := pods.Get(ctx, "talker", metav1.GetOptions{})
		return err == nil && found.Status.Phase == corev1.PodRunning, err
	})
	if err != nil {
		return err
	}
	log, err := pods.GetLogs("talker", &corev1.PodLogOptions{}).DoRaw(ctx)
	if err != nil || string(log) != "said\n" {
		return fmt.Errorf("expected the log to be said, got %q %v", log, err)
	}
	if out, err := run(ctx, c, "heard", "cat"); err != nil || out != "heard" {
		return fmt.Errorf("expected cat to repeat its input, got %q %v", out, err)
	}
	_, err = run(ctx, c, "", "sh", "-c", "exit 7")
	if code, ok := err.(exec.CodeExitError); !ok || code.Code != 7 {
		return fmt.Errorf("expected exit code 7, got %v", err)
	}
	return pods.Delete(ctx, "talker", metav1.DeleteOptions{})
}

func run(ctx context.Context, c cluster, input string, command ...string) (string, error) {
	options := &corev1.PodExecOptions{Container: "main", Command: command, Stdin: input != "", Stdout: true, Stderr: true}
	url := c.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(namespace).Name("talker").SubResource("exec").VersionedParams(options, scheme.ParameterCodec).URL()
	executor, err := remotecommand.NewWebSocketExecutor(c.config, http.MethodGet, url.String())
	if err != nil {
		return "", err
	}
	var out, errors bytes.Buffer
	streams := remotecommand.StreamOptions{Stdout: &out, Stderr: &errors}
	if input != "" {
		streams.Stdin = bytes.NewBufferString(input)
	}
	err = executor.StreamWithContext(ctx, streams)
	return out.String(), err
}

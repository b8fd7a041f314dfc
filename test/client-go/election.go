package main

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// checkLeaderElection lets two candidates stand: one leads, and when it gives up the other does.
func checkLeaderElection(ctx context.Context, c cluster) error {
	leads := make(chan string, 10)
	stand := func(ctx context.Context, name string) {
		lock := &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: "elected", Namespace: namespace},
			Client:     c.client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: name},
		}
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock:            lock,
			ReleaseOnCancel: true,
			LeaseDuration:   3 * time.Second,
			RenewDeadline:   2 * time.Second,
			RetryPeriod:     200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { leads <- name },
				OnStoppedLeading: func() {},
			},
		})
	}
	expect := func(name string) error {
		select {
		case leader := <-leads:
			if leader != name {
				return fmt.Errorf("expected %s to lead, got %s", name, leader)
			}
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%s never led", name)
		}
	}
	first, stopFirst := context.WithCancel(ctx)
	defer stopFirst()
	go stand(first, "first")
	if err := expect("first"); err != nil {
		return err
	}
	second, stopSecond := context.WithCancel(ctx)
	defer stopSecond()
	go stand(second, "second")
	select {
	case leader := <-leads:
		return fmt.Errorf("%s leads beside first", leader)
	case <-time.After(500 * time.Millisecond):
	}
	stopFirst()
	return expect("second")
}

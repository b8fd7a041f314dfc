/** What a controller is and what it is given (cmd/kube-controller-manager/app). */
import type { ExpressionWarning, ValidatingAdmissionPolicy } from '../api/admissionregistration/v1.gen.ts';
import type { Client } from '../client/client.ts';
import type { ComponentContext } from '../client/component.ts';

/** A certificate authority that signs certificate signing requests. PEM texts. */
export interface SigningCA {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Flags of kube-controller-manager that controllers read. Everything has upstream's default when left out. */
export interface ControllerOptions {
  /** Address ranges of pods, at most one of each family; `--cluster-cidr`. Node IPAM does nothing without it. */
  readonly clusterCIDR?: readonly string[];
  /** Address ranges of services that must not be given to nodes; `--service-cluster-ip-range`. */
  readonly serviceCIDR?: readonly string[];
  /** `--node-cidr-mask-size-ipv4`; 24. */
  readonly nodeCIDRMaskSizeIPv4?: number;
  /** `--node-cidr-mask-size-ipv6`; 64. */
  readonly nodeCIDRMaskSizeIPv6?: number;
  /** PEM bundle published as kube-root-ca.crt; `--root-ca-file`. Without it the publisher does nothing. */
  readonly rootCA?: string;
  /** Signer of the kubernetes.io/* signers; `--cluster-signing-cert-file` and key. Without it the signing controller does nothing. */
  readonly clusterSigning?: SigningCA;
  /** Longest validity of a signed certificate; `--cluster-signing-duration`; a year. */
  readonly clusterSigningDurationMs?: number;
  /** `--node-monitor-period`; 5 s. */
  readonly nodeMonitorPeriodMs?: number;
  /** `--node-monitor-grace-period`; 50 s. */
  readonly nodeMonitorGracePeriodMs?: number;
  /** `--node-startup-grace-period`; 60 s. */
  readonly nodeStartupGracePeriodMs?: number;
  /** `--node-eviction-rate`, nodes a second; 0.1. */
  readonly nodeEvictionRate?: number;
  /** `--secondary-node-eviction-rate`; 0.01. */
  readonly secondaryNodeEvictionRate?: number;
  /** `--large-cluster-size-threshold`; 50. */
  readonly largeClusterSizeThreshold?: number;
  /** `--unhealthy-zone-threshold`; 0.55. */
  readonly unhealthyZoneThreshold?: number;
  /** `--terminated-pod-gc-threshold`; 12500. Zero or less: terminated pods are kept. */
  readonly terminatedPodGCThreshold?: number;
  /** How long a deleted namespace keeps its content, so that every API server knows of the deletion; 5 s. A single server needs none. */
  readonly namespaceDeletionGracePeriodMs?: number;
  /** `--resource-quota-sync-period`; 5 min. */
  readonly resourceQuotaSyncPeriodMs?: number;
  /** `--horizontal-pod-autoscaler-sync-period`; 15 s. */
  readonly horizontalPodAutoscalerSyncPeriodMs?: number;
  /** `--horizontal-pod-autoscaler-downscale-stabilization`; 5 min. */
  readonly horizontalPodAutoscalerDownscaleStabilizationMs?: number;
  /** `--horizontal-pod-autoscaler-cpu-initialization-period`; 5 min. */
  readonly horizontalPodAutoscalerCPUInitializationPeriodMs?: number;
  /** `--horizontal-pod-autoscaler-initial-readiness-delay`; 30 s. */
  readonly horizontalPodAutoscalerInitialReadinessDelayMs?: number;
  /** `--horizontal-pod-autoscaler-tolerance`; 0.1. */
  readonly horizontalPodAutoscalerTolerance?: number;
  /** `--pvclaimbinder-sync-period`; 15 s. */
  readonly pvClaimBinderSyncPeriodMs?: number;
  /** Deletes a directory below /tmp for hostPath volumes whose reclaim policy is Delete. Without it such volumes become Failed. */
  readonly removeHostPath?: (path: string) => Promise<void>;
  /** `--attach-detach-reconcile-sync-period`; 1 min. */
  readonly attachDetachReconcileSyncPeriodMs?: number;
  /** `--legacy-service-account-token-clean-up-period`; a year. */
  readonly legacyServiceAccountTokenCleanUpPeriodMs?: number;
  /** Makes the token of a legacy service account token secret. Without it the controller answers such secrets with an event that says so. */
  readonly signLegacyServiceAccountToken?: (
    account: { namespace: string; name: string; uid: string },
    secret: { name: string; uid: string },
  ) => Promise<string>;
  /** Checks the types in the expressions of a policy against the schemas of what it matches. Without it policies get no warnings. */
  readonly checkPolicyTypes?: (policy: ValidatingAdmissionPolicy) => Promise<readonly ExpressionWarning[]>;
  /** Workers by controller name, for example `deployment-controller`: `--concurrent-deployment-syncs` and its like; 5 for most. */
  readonly concurrency?: Readonly<Record<string, number>>;
}

export interface ControllerContext extends ComponentContext {
  readonly options: ControllerOptions;
  /** The client of a controller's own identity, `system:serviceaccount:kube-system:<name>`. Left out: `client` serves all. */
  clientFor?(name: string): Client;
}

export interface Controller {
  /** Upstream's name, for example `deployment-controller`. */
  readonly name: string;
  /** Runs only when it is asked for by name. */
  readonly isDisabledByDefault?: boolean;
  /** Runs until the context's signal aborts; resolves when all of its work has ended. */
  start(ctx: ControllerContext): Promise<void>;
}

/** How many keys a controller works on at a time. */
export function workersOf(ctx: ControllerContext, name: string, fallback: number): number {
  return ctx.options.concurrency?.[name] ?? fallback;
}

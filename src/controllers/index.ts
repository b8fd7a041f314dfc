/** The controllers of kube-controller-manager by upstream's names, and how to run them. */
import { eventRecorder } from '../client/events.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { eventSource } from './event-source.ts';
import { bootstrapSignerController } from './bootstrap-signer/bootstrap-signer-controller.ts';
import { serviceCIDRController } from './service-cidr/service-cidr-controller.ts';
import { tokenCleanerController } from './token-cleaner/token-cleaner-controller.ts';
import { validatingAdmissionPolicyStatusController } from './validatingadmissionpolicy-status/validatingadmissionpolicy-status-controller.ts';
import { certificateSigningRequestApprovingController } from './certificatesigningrequest-approving/certificatesigningrequest-approving-controller.ts';
import { certificateSigningRequestCleanerController } from './certificatesigningrequest-cleaner/certificatesigningrequest-cleaner-controller.ts';
import { certificateSigningRequestSigningController } from './certificatesigningrequest-signing/certificatesigningrequest-signing-controller.ts';
import { clusterRoleAggregationController } from './clusterrole-aggregation/clusterrole-aggregation-controller.ts';
import { cronJobController } from './cronjob/cronjob-controller.ts';
import { daemonSetController } from './daemonset/daemonset-controller.ts';
import { deploymentController } from './deployment/deployment-controller.ts';
import { deviceTaintEvictionController } from './device-taint-eviction/device-taint-eviction-controller.ts';
import { disruptionController } from './disruption/disruption-controller.ts';
import { endpointSliceMirroringController } from './endpointslice-mirroring/endpointslice-mirroring-controller.ts';
import { endpointSliceController } from './endpointslice/endpointslice-controller.ts';
import { endpointsController } from './endpoints/endpoints-controller.ts';
import { garbageCollectorController } from './garbage-collector/garbage-collector-controller.ts';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler/horizontal-pod-autoscaler-controller.ts';
import { jobController } from './job/job-controller.ts';
import { legacyServiceAccountTokenCleanerController } from './legacy-serviceaccount-token-cleaner/legacy-serviceaccount-token-cleaner-controller.ts';
import { namespaceController } from './namespace/namespace-controller.ts';
import { nodeIpamController } from './node-ipam/node-ipam-controller.ts';
import { nodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.ts';
import { ephemeralVolumeController } from './ephemeral-volume/ephemeral-volume-controller.ts';
import { persistentVolumeAttachDetachController } from './persistentvolume-attach-detach/persistentvolume-attach-detach-controller.ts';
import { persistentVolumeBinderController } from './persistentvolume-binder/persistentvolume-binder-controller.ts';
import { persistentVolumeExpanderController } from './persistentvolume-expander/persistentvolume-expander-controller.ts';
import { persistentVolumeProtectionController } from './persistentvolume-protection/persistentvolume-protection-controller.ts';
import { persistentVolumeClaimProtectionController } from './persistentvolumeclaim-protection/persistentvolumeclaim-protection-controller.ts';
import { volumeAttributesClassProtectionController } from './volumeattributesclass-protection/volumeattributesclass-protection-controller.ts';
import { podGarbageCollectorController } from './pod-garbage-collector/pod-garbage-collector-controller.ts';
import { replicaSetController } from './replicaset/replicaset-controller.ts';
import { replicationControllerController } from './replicationcontroller/replicationcontroller-controller.ts';
import { resourceClaimController } from './resourceclaim/resourceclaim-controller.ts';
import { resourceQuotaController } from './resourcequota/resourcequota-controller.ts';
import { rootCACertificatePublisherController } from './root-ca-certificate-publisher/root-ca-certificate-publisher-controller.ts';
import { serviceAccountTokenController } from './serviceaccount-token/serviceaccount-token-controller.ts';
import { serviceAccountController } from './serviceaccount/serviceaccount-controller.ts';
import { statefulSetController } from './statefulset/statefulset-controller.ts';
import { taintEvictionController } from './taint-eviction/taint-eviction-controller.ts';
import { ttlAfterFinishedController } from './ttl-after-finished/ttl-after-finished-controller.ts';
import { ttlController } from './ttl/ttl-controller.ts';

export type { Controller, ControllerContext, ControllerOptions } from './controller.ts';

/** Every controller, in upstream's order of start. */
export const controllers: readonly Controller[] = [
  serviceAccountTokenController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  replicationControllerController,
  podGarbageCollectorController,
  resourceQuotaController,
  namespaceController,
  serviceAccountController,
  garbageCollectorController,
  daemonSetController,
  jobController,
  deploymentController,
  replicaSetController,
  horizontalPodAutoscalerController,
  statefulSetController,
  disruptionController,
  cronJobController,
  certificateSigningRequestSigningController,
  certificateSigningRequestApprovingController,
  certificateSigningRequestCleanerController,
  ttlController,
  bootstrapSignerController,
  tokenCleanerController,
  nodeIpamController,
  nodeLifecycleController,
  taintEvictionController,
  deviceTaintEvictionController,
  persistentVolumeBinderController,
  persistentVolumeAttachDetachController,
  persistentVolumeExpanderController,
  clusterRoleAggregationController,
  persistentVolumeClaimProtectionController,
  persistentVolumeProtectionController,
  ttlAfterFinishedController,
  rootCACertificatePublisherController,
  ephemeralVolumeController,
  resourceClaimController,
  legacyServiceAccountTokenCleanerController,
  validatingAdmissionPolicyStatusController,
  volumeAttributesClassProtectionController,
  serviceCIDRController,
];

export interface StartOptions {
  /** As `--controllers`: `*` means all that are on by default, `x` turns one on, `-x` off. `['*']` when left out. Throws on a name that is none. */
  readonly names?: readonly string[];
}

/**
 * Runs controllers until the context's signal aborts; resolves when all have ended. A controller that fails is logged and started again.
 * Each has its own client, log and event recorder.
 */
export async function startControllers(ctx: ControllerContext, { names = ['*'] }: StartOptions = {}): Promise<void> {
  const unknown = names.filter((name) => name !== '*' && !controllers.some((c) => name === c.name || name === `-${c.name}`));
  if (unknown.length > 0) throw new Error(`Cannot start controllers: unknown ${unknown.join(', ')}`);
  await Promise.all(controllers.filter((controller) => isWanted(controller, names)).map((controller) => keepRunning(controller, ctx)));
}

function isWanted({ name, isDisabledByDefault = false }: Controller, names: readonly string[]): boolean {
  if (names.includes(name)) return true;
  return !names.includes(`-${name}`) && names.includes('*') && !isDisabledByDefault;
}

const RESTART_MS = 5000;

async function keepRunning(controller: Controller, shared: ControllerContext): Promise<void> {
  const log = shared.log.with({ controller: controller.name });
  const client = shared.clientFor?.(controller.name) ?? shared.client;
  const { clock, random, signal } = shared;
  const recorder = eventRecorder({ client, component: eventSource(controller.name), clock, random, log, signal });
  while (!shared.signal.aborted) {
    try {
      return await controller.start({ ...shared, client, log, recorder });
    } catch (error) {
      if (shared.signal.aborted) return;
      log.error('controller ended, starting it again', error);
      await shared.clock.sleep(RESTART_MS, shared.signal).catch(() => {}); // Stopped: the loop looks at the signal.
    }
  }
}

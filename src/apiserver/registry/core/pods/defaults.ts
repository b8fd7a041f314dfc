/** Defaults of pods and of what pod templates are made of (pkg/apis/core/v1/defaults.go). */
import type {
  AzureDiskVolumeSource,
  Container,
  HTTPGetAction,
  HostPathVolumeSource,
  ObjectFieldSelector,
  Pod,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
  ServiceAccountTokenProjection,
  Volume,
} from '../../../../api/core/v1.gen.ts';
import { rule, type DefaultRules } from '../../shared/defaulting.ts';
import { defaultPullPolicy } from '../../shared/image-reference.ts';
import { disabledPodFields, dropDisabledSpecFields } from './disabled-fields.ts';
import { defaultHugePageLimits, defaultPodLevelRequests } from './pod-level-defaults.ts';

const MODE_0644 = 0o644;

export const podDefaults: DefaultRules = {
  ...disabledPodFields,
  'core/v1.Pod': rule(defaultPod),
  'core/v1.PodTemplateSpec': rule<PodTemplateSpec>((template) => {
    if (template.metadata) dropLegacyAnnotations(template.metadata);
  }),
  'core/v1.PodStatus': rule(agreeOnPodIps),
  'core/v1.PodSpec': rule(defaultPodSpec),
  'core/v1.Container': rule(defaultContainer),
  'core/v1.EphemeralContainerCommon': rule(defaultContainer),
  'core/v1.EphemeralContainer': rule(defaultContainer),
  'core/v1.Volume': rule(defaultVolume),
  'core/v1.Probe': rule(defaultProbe),
  'core/v1.HTTPGetAction': rule<HTTPGetAction>((action) => {
    action.path ||= '/';
    action.scheme ||= 'HTTP';
  }),
  'core/v1.SecretVolumeSource': rule(defaultMode),
  'core/v1.ConfigMapVolumeSource': rule(defaultMode),
  'core/v1.DownwardAPIVolumeSource': rule(defaultMode),
  'core/v1.ProjectedVolumeSource': rule(defaultMode),
  'core/v1.ServiceAccountTokenProjection': rule<ServiceAccountTokenProjection>(
    (projection) => void (projection.expirationSeconds ??= 3600),
  ),
  'core/v1.ObjectFieldSelector': rule<ObjectFieldSelector>((selector) => void (selector.apiVersion ||= 'v1')),
  'core/v1.HostPathVolumeSource': rule<HostPathVolumeSource>((source) => void (source.type ??= '')),
  'core/v1.AzureDiskVolumeSource': rule<AzureDiskVolumeSource>((source) => void (source.readOnly ??= false)),
};

/** Only pods get these; templates are left as their owners wrote them. */
function defaultPod(pod: Pod): void {
  const { spec } = pod;
  dropLegacyAnnotations(pod.metadata);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultRequests(container);
  defaultHugePageLimits(spec);
  defaultPodLevelRequests(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultHostPorts(container);
}

/** What is limited is asked for. */
function defaultRequests({ resources }: { readonly resources?: ResourceRequirements | undefined }): void {
  const limits = resources?.limits;
  if (!limits || !resources) return;
  const requests = (resources.requests ??= {});
  for (const [name, value] of Object.entries(limits)) requests[name] ??= value;
}

function defaultHostPorts(container: Container): void {
  for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
}

function defaultPodSpec(spec: PodSpec): void {
  dropDisabledSpecFields(spec);
  spec.restartPolicy ||= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.schedulerName ||= 'default-scheduler';
  // The old name is an alias; the new one wins.
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) spec.serviceAccountName = spec.serviceAccount = account;
}

const LEGACY_ANNOTATIONS = ['beta', 'alpha'].flatMap((stage) =>
  ['init-containers', 'init-container-statuses'].map((name) => `pod.${stage}.kubernetes.io/${name}`),
);

/** Annotations that very old kubelets took for init containers are never kept. */
function dropLegacyAnnotations(metadata: { annotations?: Record<string, string> | undefined }): void {
  for (const name of LEGACY_ANNOTATIONS) if (metadata.annotations?.[name] !== undefined) delete metadata.annotations[name];
}

/** `podIP` is the first of `podIPs`, and wins when a client says otherwise. */
function agreeOnPodIps(status: PodStatus): void {
  const [first] = status.podIPs ?? [];
  if (status.podIP && status.podIP !== first?.ip) status.podIPs = [{ ip: status.podIP }];
  else if (first) status.podIP = first.ip;
}

function defaultContainer(container: Container): void {
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '');
}

function defaultVolume(volume: Volume): void {
  // A volume without any source is an empty directory.
  if (Object.entries(volume).every(([name, value]) => name === 'name' || value === undefined || value === null)) volume.emptyDir = {};
  if (volume.image) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference ?? '');
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
}

function defaultMode(source: { defaultMode?: number | undefined }): void {
  source.defaultMode ??= MODE_0644;
}

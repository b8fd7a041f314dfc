import { createHash } from 'node:crypto';
import type { Pod } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { CONFIG_HASH, CONFIG_SEEN, CONFIG_SOURCE } from '../pod/source.ts';

/** A static pod from a manifest: named after its node, with defaults. Throws when the manifest is no pod that may be static. */
export function staticPod(manifest: unknown, file: string, nodeName: string, now: number): Pod {
  const given = manifest as Partial<Pod> | undefined;
  if (given?.kind !== 'Pod' || given.apiVersion !== 'v1') throw new Error('invalid pod: the manifest is not a v1 Pod');
  const name = given.metadata?.name;
  if (!name) throw new Error('invalid pod: name is needed for the pod');
  if (!given.spec?.containers?.length) throw new Error('invalid pod: spec.containers: Required value');
  const reference = apiReference(given as Pod);
  if (reference) throw new Error(`static pods may not reference ${reference}`);
  const uid =
    given.metadata?.uid ||
    createHash('md5')
      .update(`${JSON.stringify(given)}host:${nodeName}file:${file}`)
      .digest('hex');
  const seen = formatTime(now);
  return {
    ...(given as Pod),
    metadata: {
      ...(given.metadata as Pod['metadata']),
      name: `${name}-${nodeName.toLowerCase()}`,
      namespace: given.metadata?.namespace || 'default',
      uid,
      resourceVersion: '',
      creationTimestamp: seen,
      annotations: { ...given.metadata?.annotations, [CONFIG_HASH]: uid, [CONFIG_SEEN]: seen, [CONFIG_SOURCE]: 'file' },
    },
    spec: withDefaults(given.spec, nodeName),
    status: { phase: 'Pending' },
  };
}

/** The defaults of the API that the kubelet counts on. */
function withDefaults(spec: Pod['spec'], nodeName: string): Pod['spec'] {
  const container = (c: Pod['spec']['containers'][number]) => ({
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: /:[^/]+$/.test(c.image ?? '') && !c.image?.endsWith(':latest') ? 'IfNotPresent' : 'Always',
    ...c,
    resources: limitsAsRequests(c.resources ?? {}),
  });
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    schedulerName: 'default-scheduler',
    securityContext: {},
    ...spec,
    nodeName,
    containers: spec.containers.map(container),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(container) }),
    tolerations: [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
  };
}

function limitsAsRequests(resources: Pod['spec']['containers'][number]['resources']): Pod['spec']['containers'][number]['resources'] {
  return resources.limits ? { ...resources, requests: { ...resources.limits, ...resources.requests } } : resources;
}

/** What of the API a pod refers to; static pods must do without, for they run where there may be none. */
function apiReference({ spec }: Pod): string | undefined {
  if (spec.serviceAccountName) return 'serviceaccounts';
  if (spec.resourceClaims?.length) return 'resourceclaims';
  for (const volume of spec.volumes ?? []) {
    if (volume.configMap ?? volume.projected?.sources?.some((s) => s.configMap)) return 'configmaps';
    if (volume.secret ?? volume.projected?.sources?.some((s) => s.secret)) return 'secrets';
    if (volume.persistentVolumeClaim) return 'persistentvolumeclaims';
    if (volume.projected?.sources?.some((s) => s.serviceAccountToken)) return 'serviceaccounts';
    if (volume.projected?.sources?.some((s) => s.clusterTrustBundle)) return 'clustertrustbundles';
  }
  for (const c of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (c.envFrom?.some((from) => from.configMapRef) || c.env?.some((e) => e.valueFrom?.configMapKeyRef)) return 'configmaps';
    if (c.envFrom?.some((from) => from.secretRef) || c.env?.some((e) => e.valueFrom?.secretKeyRef)) return 'secrets';
  }
  return undefined;
}

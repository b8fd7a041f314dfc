/** What to tell about pods and templates that are accepted but hardly meant that way (pkg/api/pod/warnings.go). */
import type { Affinity, AppArmorProfile, Container, PodSpec, PodTemplateSpec } from '../../../../api/core/v1.gen.ts';
import type { ObjectMeta } from '../../../../api/meta/v1.gen.ts';
import { fieldPath, type FieldPath } from '../../../../machinery/field.ts';
import { Quantity } from '../../../../machinery/quantity.ts';
import { goQuote } from '../../../../wire/json/go-text.ts';
import { ipWarnings } from '../ip-fields.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { profileOf } from './app-armor-profile.ts';
import { nodeLabelWarning, nodeSelectorTermWarnings } from './node-label-warnings.ts';
import { APP_ARMOR } from './pod-annotations.ts';
import { portWarnings } from './port-warnings.ts';
import { visitContainers } from './visit-containers.ts';
import { volumeWarnings } from './volume-warnings.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const NO_SELECTOR = 'a null labelSelector results in matching no pod';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const DEPRECATED_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

/** `path` of the template; undefined for a pod. */
export function podWarnings(
  { metadata, spec }: { readonly metadata?: ObjectMeta | undefined; readonly spec: PodSpec },
  path?: FieldPath,
): string[] {
  const at = path ? path.child('spec') : fieldPath('spec');
  const metaPath = path ? path.child('metadata') : fieldPath('metadata');
  return [
    ...placementWarnings(spec, at),
    ...Object.entries(DEPRECATED_ANNOTATIONS).flatMap(([key, text]) =>
      metadata?.annotations?.[key] === undefined ? [] : `${metaPath.child('annotations').key(key)}: ${text}`,
    ),
    ...volumeWarnings(spec.volumes ?? [], at.child('volumes')),
    ...repeatedWarnings(spec, at),
    ...byteWarnings(spec.overhead, at.child('overhead')),
    ...containerWarnings(spec, metadata, at, metaPath),
    ...portWarnings(spec, at),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${at.child('terminationGracePeriodSeconds')}: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...selectorWarnings(spec.affinity, at.child('affinity')),
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((server, i) => ipWarnings(at.child('dnsConfig', 'nameservers').index(i), server)),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, i) => ipWarnings(at.child('hostAliases').index(i).child('ip'), ip)),
  ];
}

/** The same for a template that may be missing. */
export function templateWarnings(template: PodTemplateSpec | undefined, path: FieldPath): string[] {
  return template ? podWarnings(template, path) : [];
}

function placementWarnings(spec: PodSpec, path: FieldPath): string[] {
  const out: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const text = nodeLabelWarning(key);
    if (text !== undefined) out.push(`${path.child('nodeSelector').key(key)}: ${text}`);
  }
  const affinity = spec.affinity?.nodeAffinity;
  const here = path.child('affinity', 'nodeAffinity');
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((term, i) =>
    out.push(...nodeSelectorTermWarnings(term, false, here.child(REQUIRED, 'nodeSelectorTerms').index(i))),
  );
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, i) =>
    out.push(...nodeSelectorTermWarnings(preference, true, here.child(PREFERRED).index(i).child('preference'))),
  );
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, i) => {
    const at = path.child('topologySpreadConstraints').index(i);
    const text = nodeLabelWarning(topologyKey);
    if (text !== undefined) out.push(`${at.child('topologyKey')}: ${topologyKey} is ${text}`);
    if (!labelSelector) out.push(`${at.child('labelSelector')}: ${NO_SELECTOR}`);
  });
  return out;
}

function repeatedWarnings({ hostAliases = [], imagePullSecrets = [] }: PodSpec, path: FieldPath): string[] {
  const out: string[] = [];
  hostAliases.forEach(({ ip }, i) => {
    if (hostAliases.findIndex((a) => a.ip === ip) < i)
      out.push(`${path.child('hostAliases').index(i).child('ip')}: duplicate ip ${goQuote(ip)}`);
  });
  const secretPath = (i: number) => path.child('imagePullSecrets').index(i).child('name');
  imagePullSecrets.forEach(({ name = '' }, i) => {
    if (imagePullSecrets.findIndex((s) => (s.name ?? '') === name) < i) out.push(`${secretPath(i)}: duplicate name ${goQuote(name)}`);
  });
  imagePullSecrets.forEach(({ name }, i) => {
    if (!name) out.push(`${secretPath(i)}: invalid empty name ""`);
  });
  return out;
}

/** Bytes come whole. */
export function byteWarnings(
  amounts: Readonly<Record<string, string>> | undefined,
  path: FieldPath,
  names: readonly string[] = ['memory', 'ephemeral-storage'],
): string[] {
  return names.flatMap((name) => {
    const value = amounts?.[name];
    if (value === undefined || !/m$|\.|e-/.test(value) || Quantity.parse(value).isExactAt(0)) return [];
    return `${path.key(name)}: fractional byte value ${goQuote(value)} is invalid, must be an integer`;
  });
}

function containerWarnings(spec: PodSpec, metadata: ObjectMeta | undefined, path: FieldPath, metaPath: FieldPath): string[] {
  const out: string[] = [];
  const annotations = metadata?.annotations ?? {};
  const annotationPath = (key: string) => metaPath.child('annotations').key(key);
  const useSeccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  if (!spec.securityContext?.seccompProfile && annotations[SECCOMP_POD] !== undefined)
    out.push(`${annotationPath(SECCOMP_POD)}: ${useSeccomp}`);
  visitContainers(spec, path, (container, here) => {
    const { name, securityContext } = container;
    if (!securityContext?.seccompProfile && annotations[SECCOMP_CONTAINER + name] !== undefined) {
      out.push(`${annotationPath(SECCOMP_CONTAINER + name)}: ${useSeccomp}`);
    }
    const appArmor = annotations[APP_ARMOR + name];
    if (appArmor !== undefined && !securityContext?.appArmorProfile && !isProfile(appArmor, spec.securityContext?.appArmorProfile)) {
      out.push(`${annotationPath(APP_ARMOR + name)}: deprecated since v1.30; use the "appArmorProfile" field instead`);
    }
    out.push(...byteWarnings(container.resources?.limits, here.child('resources', 'limits'), ['memory']));
    out.push(...byteWarnings(container.resources?.requests, here.child('resources', 'requests'), ['memory']));
    out.push(...byteWarnings(container.resources?.limits, here.child('resources', 'limits'), ['ephemeral-storage']));
    out.push(...byteWarnings(container.resources?.requests, here.child('resources', 'requests'), ['ephemeral-storage']));
    out.push(...envWarnings(container, here));
  });
  return out;
}

function isProfile(annotation: string, profile: AppArmorProfile | undefined): boolean {
  return profile !== undefined && semanticEqual(profileOf(annotation), profile);
}

/** A name given twice is fine only when the second builds on the first. */
function envWarnings({ env = [] }: Container, path: FieldPath): string[] {
  const seen = new Set<string>();
  return env.flatMap(({ name, value = '', valueFrom }, i) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const reference = `$(${name})`;
    if (!valueFrom && value !== reference && value.includes(reference)) return [];
    return `${path.child('env').index(i)}: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`;
  });
}

function selectorWarnings(affinity: Affinity | undefined, path: FieldPath): string[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) => {
    const { requiredDuringSchedulingIgnoredDuringExecution: needed = [], preferredDuringSchedulingIgnoredDuringExecution: liked = [] } =
      affinity?.[kind] ?? {};
    return [
      ...needed.flatMap((term, i) =>
        term.labelSelector ? [] : `${path.child(kind, REQUIRED).index(i).child('labelSelector')}: ${NO_SELECTOR}`,
      ),
      ...liked.flatMap((term, i) =>
        term.podAffinityTerm.labelSelector
          ? []
          : `${path.child(kind, PREFERRED).index(i).child('podAffinityTerm', 'labelSelector')}: ${NO_SELECTOR}`,
      ),
    ];
  });
}

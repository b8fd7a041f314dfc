import { randomSuffix, type Clock, type Random } from '../../base/clock.ts';
import type { Container, Pod, ServiceAccount, Volume } from '../../api/core/v1.gen.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { allContainers, asPod, isMirrorPod } from './pod/pod-of.ts';
import { secretNames } from './pod/references.ts';
import { WARN_ONLY_SECONDS } from '../authn/service-account/token-issuer.ts';

const DEFAULT_ACCOUNT = 'default';
const VOLUME_PREFIX = 'kube-api-access-';
export const TOKEN_MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const ENFORCE_MOUNTABLE_SECRETS = 'kubernetes.io/enforce-mountable-secrets';
/** The controller makes the default account of a new namespace: a pod that comes first waits for it. */
const DEFAULT_ACCOUNT_TRIES = 10;

export interface ServiceAccountOptions {
  readonly registry: RegistryReader;
  readonly clock: Clock;
  readonly random: Random;
}

/** Gives pods their service account and its token (https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-admission-controller). */
export function serviceAccountAdmission(options: ServiceAccountOptions): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: onOperations('CREATE', 'UPDATE'),
    async admit(a) {
      if (a.operation !== 'CREATE' || !isFor(a, '', 'pods')) return;
      const pod = asPod(a.object);
      // The kubelet deletes a mirror pod whose spec is not the file's.
      if (!isMirrorPod(pod) && pod.spec) {
        pod.spec.serviceAccountName ||= pod.spec.serviceAccount || DEFAULT_ACCOUNT;
        // The old name of the field is always the same.
        pod.spec.serviceAccount = pod.spec.serviceAccountName;
        giveAccount(pod, await findAccount(options, a, pod.spec.serviceAccountName), options.random);
      }
      // What later plugins say does not matter when this is wrong.
      await check(options, a);
    },
    validate: (a) => check(options, a),
  };
}

function giveAccount(pod: Pod, account: ServiceAccount, random: Random): void {
  if (!pod.spec) return;
  if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod, random);
  if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
    pod.spec.imagePullSecrets = account.imagePullSecrets.map((s) => ({ name: s.name }));
  }
}

async function check(options: ServiceAccountOptions, a: AdmissionAttributes): Promise<void> {
  const ephemeral = a.operation === 'UPDATE' && isFor(a, '', 'pods', 'ephemeralcontainers');
  if (!ephemeral && !(a.operation === 'CREATE' && isFor(a, '', 'pods'))) return;
  const pod = asPod(a.object);
  if (!ephemeral && isMirrorPod(pod)) return checkMirrorPod(a, pod);
  const name = pod.spec?.serviceAccountName ?? '';
  if (name === '') throw denied(a, `no service account specified for pod ${a.namespace}/${pod.metadata.name ?? ''}`);
  const account = await findAccount(options, a, name);
  if (isTrue(account.metadata.annotations?.[ENFORCE_MOUNTABLE_SECRETS])) checkSecretReferences(a, pod, account, ephemeral);
}

async function findAccount(
  { registry, clock, random }: ServiceAccountOptions,
  a: AdmissionAttributes,
  name: string,
): Promise<ServiceAccount> {
  const reader = registry.reader('', 'serviceaccounts');
  const tries = name === DEFAULT_ACCOUNT ? DEFAULT_ACCOUNT_TRIES : 1;
  const intervalMs = 100 + random.float() * 100;
  for (let i = 0; i < tries; i++) {
    if (i > 0) await clock.sleep(intervalMs);
    const found = reader.get(a.namespace, name);
    if (found) return found as unknown as ServiceAccount;
  }
  throw denied(a, `error looking up service account ${a.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`);
}

function mountToken(pod: Pod, random: Random): void {
  const spec = pod.spec;
  if (!spec) return;
  const existing = spec.volumes?.find((v) => v.name.startsWith(VOLUME_PREFIX));
  const name = existing?.name ?? `${VOLUME_PREFIX}${randomSuffix(random)}`;
  let needed = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])] as Container[]) {
    if (container.volumeMounts?.some((m) => m.mountPath === TOKEN_MOUNT_PATH)) continue;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: TOKEN_MOUNT_PATH }];
    needed = true;
  }
  if (needed && !existing) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

/** Token, root CA and namespace in one projected volume. */
function tokenVolume(name: string): Volume {
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: WARN_ONLY_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [namespace] } },
      ],
      defaultMode: 0o644,
    },
  };
}

function checkMirrorPod(a: AdmissionAttributes, pod: Pod): void {
  if (pod.spec?.serviceAccountName) throw denied(a, 'a mirror pod may not reference service accounts');
  if (secretNames(pod).size > 0) throw denied(a, 'a mirror pod may not reference secrets');
  if (pod.spec?.volumes?.some((v) => v.projected?.sources?.some((s) => s.serviceAccountToken))) {
    throw denied(a, 'a mirror pod may not use ServiceAccountToken volume projections');
  }
}

/** An account may limit its pods to the Secrets it lists. */
function checkSecretReferences(a: AdmissionAttributes, pod: Pod, account: ServiceAccount, ephemeralOnly: boolean): void {
  const mountable = new Set(account.secrets?.map((s) => s.name));
  const unlisted = (secret: string | undefined): secret is string => secret !== undefined && !mountable.has(secret);
  const { name } = account.metadata;
  if (!ephemeralOnly) {
    for (const { secret } of pod.spec?.volumes ?? []) {
      if (secret && unlisted(secret.secretName ?? '')) {
        throw denied(
          a,
          `volume with secret.secretName="${secret.secretName ?? ''}" is not allowed because service account ${name} does not reference that secret`,
        );
      }
    }
  }
  for (const { container, kind } of allContainers(pod)) {
    if ((kind === 'ephemeral container') !== ephemeralOnly) continue;
    const refuse = (how: string, secret: string) =>
      denied(
        a,
        `${kind} ${container.name} with ${how} referencing secret.secretName="${secret}" is not allowed because service account ${name} does not reference that secret`,
      );
    for (const env of container.env ?? []) {
      const secret = env.valueFrom?.secretKeyRef?.name;
      if (unlisted(secret)) throw refuse(`envVar ${env.name}`, secret);
    }
    for (const { secretRef } of container.envFrom ?? []) if (unlisted(secretRef?.name)) throw refuse('envFrom', secretRef?.name ?? '');
  }
  if (ephemeralOnly) return;
  const pull = new Set(account.imagePullSecrets?.map((s) => s.name));
  for (const [i, ref] of (pod.spec?.imagePullSecrets ?? []).entries()) {
    if (!pull.has(ref.name)) {
      throw denied(
        a,
        `imagePullSecrets[${i}].name="${ref.name ?? ''}" is not allowed because service account ${name} does not reference that imagePullSecret`,
      );
    }
  }
}

/** As Go's strconv.ParseBool. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}

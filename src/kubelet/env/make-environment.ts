/** The environment of a container (pkg/kubelet makeEnvironmentVariables). */
import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from '../../api/core/v1.gen.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { expand } from './expand.ts';
import { fieldPathValue } from './field-path.ts';
import { resourceFieldValue, type Allocatable } from './resource-field.ts';
import { serviceEnvironment } from './service-env.ts';

export interface EnvironmentSources {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  readonly services: readonly Service[];
  readonly allocatable: Allocatable;
  /** Reject with NotFound when there is none. */
  configMap(namespace: string, name: string): Promise<ConfigMap>;
  secret(namespace: string, name: string): Promise<Secret>;
  /** The value of a key in an env file on a mounted volume; undefined when the key is absent. */
  envFile(volume: string, path: string, key: string): Promise<string | undefined>;
}

/** Names and values; rejects with upstream's message when something that is not optional is missing. */
export async function makeEnvironment(pod: Pod, container: Container, sources: EnvironmentSources): Promise<Map<string, string>> {
  const serviceEnv = serviceEnvironment(sources.services, pod.metadata.namespace, pod.spec.enableServiceLinks ?? true);
  const env = new Map<string, string>();
  const objects = objectCache(pod, sources);
  for (const from of container.envFrom ?? []) {
    const prefix = from.prefix ?? '';
    const data = from.configMapRef
      ? await objects.configMap(from.configMapRef.name ?? '', from.configMapRef.optional)
      : from.secretRef && (await objects.secret(from.secretRef.name ?? '', from.secretRef.optional));
    for (const [key, value] of Object.entries(data ?? {})) env.set(prefix + key, value);
  }
  const lookup = (name: string) => env.get(name) ?? serviceEnv[name];
  for (const variable of container.env ?? []) {
    const value = variable.value ? expand(variable.value, lookup) : await valueFrom(pod, container, variable, sources, objects);
    if (value !== undefined) env.set(variable.name, value);
  }
  for (const [name, value] of Object.entries(serviceEnv)) if (!env.has(name)) env.set(name, value);
  return env;
}

interface ObjectCache {
  /** Data as text; undefined when it is optional and absent. */
  configMap(name: string, optional: boolean | undefined): Promise<Record<string, string> | undefined>;
  secret(name: string, optional: boolean | undefined): Promise<Record<string, string> | undefined>;
}

function objectCache(pod: Pod, sources: EnvironmentSources): ObjectCache {
  const { namespace } = pod.metadata;
  const optionally = async <T>(optional: boolean | undefined, get: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await get();
    } catch (error) {
      if (optional && isNotFound(error)) return undefined;
      throw error;
    }
  };
  const decode = (data: Record<string, string> | undefined) =>
    Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
  return {
    configMap: (name, optional) => optionally(optional, async () => (await sources.configMap(namespace, name)).data ?? {}),
    secret: (name, optional) => optionally(optional, async () => decode((await sources.secret(namespace, name)).data)),
  };
}

/** Undefined leaves the variable out; a variable without value and source is empty. */
async function valueFrom(
  pod: Pod,
  container: Container,
  variable: EnvVar,
  sources: EnvironmentSources,
  objects: ObjectCache,
): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (!from) return '';
  if (from.fieldRef) return podFieldValue(pod, from.fieldRef.fieldPath, sources);
  if (from.resourceFieldRef) return resourceFieldValue(from.resourceFieldRef, pod, container, sources.allocatable);
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef;
    return pick(await objects.configMap(name, optional), key, optional, `ConfigMap ${pod.metadata.namespace}/${name}`);
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef;
    return pick(await objects.secret(name, optional), key, optional, `Secret ${pod.metadata.namespace}/${name}`);
  }
  if (from.fileKeyRef) {
    const { volumeName, path, key, optional } = from.fileKeyRef;
    const value = await sources.envFile(volumeName, path, key);
    if (value !== undefined && value !== '') return value;
    if (optional) return undefined;
    throw new Error(`environment variable key "${key}" not found in file "${path}"`);
  }
  return '';
}

function pick(data: Record<string, string> | undefined, key: string, optional: boolean | undefined, what: string): string | undefined {
  const value = data?.[key];
  if (value === undefined && !optional) throw new Error(`couldn't find key ${key} in ${what}`);
  return value;
}

/** Throws with upstream's message for a path that containers cannot ask for. */
function podFieldValue(pod: Pod, path: string, { podIPs, hostIPs }: EnvironmentSources): string {
  switch (path) {
    case 'spec.nodeName':
    case 'spec.host':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return hostIPs[0] ?? '';
    case 'status.hostIPs':
      return hostIPs.join(',');
    case 'status.podIP':
      return podIPs[0] ?? '';
    case 'status.podIPs':
      return podIPs.join(',');
    default:
      return fieldPathValue(pod, path);
  }
}

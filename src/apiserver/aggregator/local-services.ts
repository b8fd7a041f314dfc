/** APIService objects of what this server answers itself: `v1.`, `v1.apps`, ... and those of custom resources. */
import type { AnyObject } from '../../api/object.ts';
import { formatTime } from '../../base/clock.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { CUSTOM_PRIORITY, PRIORITIES } from './priorities.ts';

const GROUP = 'apiregistration.k8s.io';
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';

export interface LocalGroupVersion {
  readonly group: string;
  readonly version: string;
}

/** Makes the missing ones; takes those of custom resources away that are served no more. */
export async function keepLocalServices(registry: RegistryReader, builtin: readonly LocalGroupVersion[], custom: readonly LocalGroupVersion[], nowMs: number): Promise<void> {
  const reader = registry.reader(GROUP, 'apiservices');
  const wanted = new Map<string, AnyObject>();
  const versions = new Map<string, number>();
  for (const { group, version } of builtin) {
    const rank = (versions.get(group) ?? 0) + 1;
    versions.set(group, rank);
    const name = `${version}.${group}`;
    if (!wanted.has(name)) wanted.set(name, service(name, group, version, PRIORITIES[group] ?? CUSTOM_PRIORITY.group, group === '' ? 1 : 15, 'onstart', nowMs));
  }
  for (const { group, version } of custom) wanted.set(`${version}.${group}`, service(`${version}.${group}`, group, version, CUSTOM_PRIORITY.group, CUSTOM_PRIORITY.version, 'true', nowMs));
  await Promise.all([...wanted].map(async ([name, object]) => {
    if (!reader.get('', name)) await registry.create(GROUP, 'apiservices', object).catch(ignore(isAlreadyExists));
  }));
  for (const object of reader.list()) {
    const { name, labels } = object.metadata;
    if (labels?.[MANAGED] === 'true' && !wanted.has(name)) await registry.delete(GROUP, 'apiservices', '', name).catch(ignore(isNotFound));
  }
}

/** Another server, or an earlier try, was faster: what is wanted is so. */
function ignore(expected: (error: unknown) => boolean) {
  return (error: unknown) => {
    if (!expected(error)) throw error;
  };
}

function service(name: string, group: string, version: string, groupPriorityMinimum: number, versionPriority: number, managed: string, nowMs: number): AnyObject {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'APIService',
    metadata: { name, labels: { [MANAGED]: managed } } as unknown as AnyObject['metadata'],
    spec: { ...(group !== '' && { group }), version, groupPriorityMinimum, versionPriority },
    status: { conditions: [{ type: 'Available', status: 'True', lastTransitionTime: formatTime(nowMs), reason: 'Local', message: 'Local APIServices are always available' }] },
  };
}

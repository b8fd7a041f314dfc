/** `pods/eviction`: deletion that respects disruption budgets (pkg/registry/core/pod/storage, eviction.go). */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import type { Eviction, PodDisruptionBudget } from '../../api/policy/v1.gen.ts';
import { formatTime, type Clock } from '../../base/clock.ts';
import { labelSelectorAsSelector } from '../../machinery/selectors/label-selector.ts';
import { badRequest, conflict, internalError, isConflict, tooManyRequests } from '../../machinery/status-error.ts';
import { checkWith, mutate, type Admission } from '../handlers/admit.ts';
import { optionsObject } from '../handlers/create.ts';
import { writeParameters } from '../handlers/options.ts';
import { readObject } from '../handlers/read-object.ts';
import { kindCodec } from '../registry/codec.ts';
import type { DeletionOptions } from '../registry/deletion.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { SubresourceHandler } from '../served-resource.ts';

const KIND = { group: 'policy', version: 'v1', kind: 'Eviction' } as const;
const RETRIES = 20;

export function evictionSubresource(deps: { readonly admission: Admission; readonly registry: RegistryReader; readonly clock: Clock }): SubresourceHandler {
  return {
    async handle(context, served) {
      const parameters = writeParameters(context.request.query, 'CreateOptions');
      const { namespace, name } = context.info;
      const eviction = (await readObject(context, kindCodec('policy/v1.Eviction'), KIND)) as AnyObject & Eviction;
      if (eviction.metadata?.name && eviction.metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object');
      const options = (eviction.deleteOptions ?? {}) as DeletionOptions & { dryRun?: string[] };
      const dryRun = parameters.dryRun || (options.dryRun?.length ?? 0) > 0;
      const scope = { admission: deps.admission, context, served, kind: KIND, dryRun, options: optionsObject('CreateOptions', parameters) };
      await checkWith(scope, 'CREATE')(await mutate(scope, 'CREATE', eviction, undefined), undefined);
      const pod = served.store.get(namespace, name).object as unknown as Pod;
      if (!bypassesBudget(pod)) await takeFromBudget(deps, pod, dryRun, served.store.get(namespace, name).object as AnyObject);
      if (!dryRun) await markDisrupted(served, namespace, name, context.user, deps.clock.now());
      await served.store.delete({ namespace, name, options, user: context.user, dryRun, check: async () => {} });
      return { type: 'object', status: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
    },
  };
}

/** Pods that do no work any more, or not yet, may always go. */
function bypassesBudget(pod: Pod): boolean {
  const { phase } = pod.status;
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
}

async function takeFromBudget(deps: { readonly registry: RegistryReader; readonly clock: Clock }, pod: Pod, dryRun: boolean, object: AnyObject): Promise<void> {
  const budgets = (deps.registry.reader('policy', 'poddisruptionbudgets').list(pod.metadata.namespace) as unknown as PodDisruptionBudget[]).filter(
    (b) => b.spec.selector && labelSelectorAsSelector(b.spec.selector).matches(object.metadata.labels ?? {}),
  );
  if (budgets.length === 0) return;
  if (budgets.length > 1) throw internalError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  const [budget] = budgets;
  const ready = (pod.status.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True');
  if (!budget || (!ready && (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || healthy(budget)))) return;
  for (let attempt = 0; attempt < RETRIES; attempt++) {
    try {
      const change = (current: AnyObject) => spend(current as AnyObject & PodDisruptionBudget, pod, deps.clock.now());
      if (dryRun) change(budget as AnyObject & PodDisruptionBudget);
      else await deps.registry.update('policy', 'poddisruptionbudgets', budget.metadata.namespace, budget.metadata.name, change);
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  throw conflict({ group: 'policy', resource: 'poddisruptionbudgets' }, budget.metadata.name, 'the budget changes too often');
}

/** A budget that is met anyway does not protect pods that are not ready. */
function healthy({ status }: PodDisruptionBudget): boolean {
  return (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0;
}

function spend(current: AnyObject & PodDisruptionBudget, pod: Pod, nowMs: number): AnyObject {
  const { status, metadata } = current;
  const blocked = (detail: string, retry: number) =>
    tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retry, [{ reason: 'DisruptionBudget', message: detail }]);
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) throw blocked(`The disruption budget ${metadata.name} is still being processed by the server.`, 10);
  const allowed = status?.disruptionsAllowed ?? 0;
  if (allowed <= 0) throw blocked(`The disruption budget ${metadata.name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`, 0);
  return { ...current, status: { ...status, disruptionsAllowed: allowed - 1, disruptedPods: { ...status?.disruptedPods, [pod.metadata.name]: formatTime(nowMs) } } };
}

async function markDisrupted(served: Parameters<SubresourceHandler['handle']>[1], namespace: string, name: string, user: { readonly name: string; readonly groups: readonly string[] }, nowMs: number): Promise<void> {
  await served.store.update({
    namespace, name, user, dryRun: false, part: 'raw', toCurrent: true,
    check: async () => {},
    change: async (current) => {
      const pod = structuredClone(current) as unknown as Pod;
      const conditions = (pod.status.conditions ?? []).filter((c) => c.type !== 'DisruptionTarget');
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastTransitionTime: formatTime(nowMs) };
      pod.status = { ...pod.status, conditions: [...conditions, condition as (typeof conditions)[number]] };
      return pod as unknown as AnyObject;
    },
  });
}

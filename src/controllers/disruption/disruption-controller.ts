/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ (pkg/controller/disruption). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/policy/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { deployments, podDisruptionBudgets, pods, replicaSets, replicationControllers, statefulSets } from '../../client/resources.ts';
import { runWorkers, WorkQueue } from '../../client/work-queue.ts';
import { isConflict } from '../../machinery/status-error.ts';
import { formatLabelSelector } from '../../machinery/selectors/label-selector.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { labelMatcher } from '../shared/label-selector.ts';
import { runController } from '../shared/run-controller.ts';
import { equalIgnoringZeros } from '../shared/semantic-equal.ts';
import { budgetStatus, countHealthy, disruptedPods, expectedPods, failedStatus, needsScale, staleTargetIn } from './plan.ts';
import { PodScale } from './pod-scale.ts';

const NAME = 'disruption-controller';

export const disruptionController: Controller = { name: NAME, start: (ctx) => new DisruptionController(ctx).run() };

class DisruptionController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  /** Pods whose condition DisruptionTarget may have to be taken back. */
  readonly #stale: WorkQueue;
  readonly #budgets: Informer<PodDisruptionBudget>;
  readonly #pods: Informer<Pod>;
  readonly #scale: PodScale;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#stale = new WorkQueue(ctx.clock);
    this.#budgets = ctx.informers.informer(podDisruptionBudgets);
    this.#pods = ctx.informers.informer(pods);
    this.#scale = new PodScale(ctx);
  }

  async run(): Promise<void> {
    const enqueue = (pdb: PodDisruptionBudget) => this.#queue.add(keyOf(pdb));
    this.#budgets.addHandler({ onAdd: enqueue, onUpdate: (_, pdb) => enqueue(pdb), onDelete: enqueue });
    const podChanged = (pod: Pod) => {
      this.#enqueueBudgetsOf(pod);
      const ms = staleTargetIn(pod, this.#ctx.clock.now());
      if (ms !== undefined) this.#stale.addAfter(keyOf(pod), ms);
    };
    this.#pods.addHandler({ onAdd: podChanged, onUpdate: (_, pod) => podChanged(pod), onDelete: (pod) => this.#enqueueBudgetsOf(pod) });
    const { informers, log, signal } = this.#ctx;
    const owners = [replicationControllers, replicaSets, deployments, statefulSets].map((ref) => informers.informer<never>(ref as never));
    await Promise.all([
      runController(this.#ctx, {
        name: NAME,
        queue: this.#queue,
        informers: [this.#budgets, this.#pods, ...owners],
        workers: 1,
        reconcile: (key) => this.#sync(key),
      }),
      runWorkers({ queue: this.#stale, workers: 1, log, signal, isExpected: isConflict, reconcile: (key) => this.#clearStale(key) }),
    ]);
  }

  #enqueueBudgetsOf(pod: Pod): void {
    const all = this.#budgets.lister.list(pod.metadata.namespace);
    const matching = all.filter((pdb) => labelMatcher(pdb.spec.selector)(pod.metadata.labels));
    const [first] = matching;
    if (!first) return;
    if (matching.length > 1) {
      const { namespace, name } = pod.metadata;
      const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`;
      this.#ctx.recorder.event(pod, 'Warning', 'MultiplePodDisruptionBudgets', message);
    }
    this.#queue.add(keyOf(first));
  }

  async #sync(key: string): Promise<void> {
    const pdb = this.#budgets.lister.get(key);
    if (!pdb) return;
    try {
      await this.#trySync(key, pdb);
    } catch (error) {
      if (isConflict(error)) throw error;
      await this.#write(pdb, failedStatus(pdb, errorMessage(error), this.#ctx.clock.now()));
    }
  }

  async #trySync(key: string, pdb: PodDisruptionBudget): Promise<void> {
    const { recorder, clock } = this.#ctx;
    const matches = labelMatcher(pdb.spec.selector);
    const selected = this.#pods.lister.list(pdb.metadata.namespace).filter((p) => matches(p.metadata.labels));
    if (selected.length === 0) recorder.event(pdb, 'Normal', 'NoPods', 'No matching pods found');
    const { expected, desired } = await this.#expected(pdb, selected);
    const now = clock.now();
    const disrupted = disruptedPods(pdb, selected, now);
    for (const pod of disrupted.overdue) {
      const { namespace } = pdb.metadata;
      recorder.event(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`);
    }
    const healthy = countHealthy(selected, disrupted.pods, now);
    const status = budgetStatus(pdb, { healthy, desired, expected, disrupted: disrupted.pods }, now);
    if (!equalIgnoringZeros(status, pdb.status)) await this.#write(pdb, status);
    if (disrupted.recheckAt !== undefined) this.#queue.addAfter(key, disrupted.recheckAt - now);
  }

  async #expected(pdb: PodDisruptionBudget, selected: readonly Pod[]): Promise<{ expected: number; desired: number }> {
    const { recorder } = this.#ctx;
    try {
      const { scale, unmanaged } = needsScale(pdb) ? await this.#scale.expected(selected) : { scale: 0, unmanaged: [] };
      if (unmanaged.length > 0) {
        const message =
          `Pods selected by this PodDisruptionBudget (selector: ${formatLabelSelector(pdb.spec.selector)}) were found ` +
          'to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
          'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
        recorder.event(pdb, 'Warning', 'UnmanagedPods', message);
      }
      return expectedPods(pdb, selected, scale);
    } catch (error) {
      const message = `Failed to calculate the number of expected pods: ${errorMessage(error)}`;
      recorder.event(pdb, 'Warning', 'CalculateExpectedPodCountFailed', message);
      throw error;
    }
  }

  async #write(pdb: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Promise<void> {
    if (!equalIgnoringZeros(status, pdb.status)) await this.#ctx.client.resource(podDisruptionBudgets).updateStatus({ ...pdb, status });
  }

  async #clearStale(key: string): Promise<void> {
    const pod = this.#pods.lister.get(key);
    const now = this.#ctx.clock.now();
    const ms = pod && staleTargetIn(pod, now);
    if (!pod || ms === undefined) return;
    if (ms > 0) return this.#stale.addAfter(key, ms);
    const condition = {
      type: 'DisruptionTarget',
      status: 'False',
      lastTransitionTime: formatTime(now),
      ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    };
    const conditions = (pod.status.conditions ?? []).map((c) => (c.type === 'DisruptionTarget' ? condition : c));
    await this.#ctx.client.resource(pods).updateStatus({ ...pod, status: { ...pod.status, conditions } });
  }
}

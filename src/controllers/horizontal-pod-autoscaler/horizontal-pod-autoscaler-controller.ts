/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ (pkg/controller/podautoscaler). */
import type { HorizontalPodAutoscaler } from '../../api/autoscaling/v2.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { horizontalPodAutoscalers, pods } from '../../client/resources.ts';
import { retryOnConflict } from '../../client/retry.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { parseLabelSelector } from '../../machinery/selectors/parse-label-selector.ts';
import type { Selector } from '../../machinery/selectors/selector.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';
import { equalIgnoringZeros } from '../shared/semantic-equal.ts';
import { evaluateMetric, MetricError, type MetricResult } from './evaluate-metric.ts';
import { MetricsClient } from './metrics-client.ts';
import { longestPeriodMs, normalize, normalizeWithBehavior, type Normalized } from './normalize.ts';
import type { Tolerances } from './replica-math.ts';
import { ScaleClient, type FoundScale } from './scale-client.ts';
import { ScaleHistory } from './scale-history.ts';
import { statusOf, type ConditionChange, type Outcome } from './status.ts';

const NAME = 'horizontal-pod-autoscaler-controller';
const SYNC_MS = 15_000;
const DOWNSCALE_STABILIZATION_MS = 5 * 60_000;
const CPU_INITIALIZATION_MS = 5 * 60_000;
const INITIAL_READINESS_MS = 30_000;
const TOLERANCE = 0.1;

export const horizontalPodAutoscalerController: Controller = { name: NAME, start: (ctx) => new Autoscalers(ctx).run() };

/** The work of one look at an autoscaler: what is found out goes into the status whatever happens later. */
interface Look {
  readonly key: string;
  readonly hpa: HorizontalPodAutoscaler;
  readonly changes: ConditionChange[];
  outcome?: Outcome;
}

interface Wish {
  readonly replicas: number;
  readonly metric: string;
  readonly results: readonly (MetricResult | undefined)[];
  /** Some metrics were unreadable. */
  readonly error?: Error | undefined;
}

class Autoscalers {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #hpas: Informer<HorizontalPodAutoscaler>;
  readonly #pods: Informer<Pod>;
  readonly #metrics: MetricsClient;
  readonly #scales: ScaleClient;
  readonly #histories = new Map<string, ScaleHistory>();
  readonly #selectors = new Map<string, Selector>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#hpas = ctx.informers.informer(horizontalPodAutoscalers);
    this.#pods = ctx.informers.informer(pods);
    this.#metrics = new MetricsClient(ctx.client);
    this.#scales = new ScaleClient(ctx.client, ctx.clock);
  }

  async run(): Promise<void> {
    const later = (hpa: HorizontalPodAutoscaler) => this.#later(keyOf(hpa));
    this.#hpas.addHandler({
      onAdd: later,
      onUpdate: (_, hpa) => later(hpa),
      onDelete: (hpa) => {
        this.#histories.delete(keyOf(hpa));
        this.#selectors.delete(keyOf(hpa));
      },
    });
    await runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers: [this.#hpas, this.#pods],
      reconcile: (key) => this.#sync(key),
    });
  }

  /** Each autoscaler is looked at once a period, however often it changes and whatever came of it. */
  #later(key: string): void {
    this.#queue.addAfter(key, this.#ctx.options.horizontalPodAutoscalerSyncPeriodMs ?? SYNC_MS);
  }

  async #sync(key: string): Promise<void> {
    const hpa = this.#hpas.lister.get(key);
    if (!hpa) return;
    const look: Look = { key, hpa, changes: [] };
    try {
      await this.#look(look);
    } catch (error) {
      this.#ctx.log.warn('autoscaler not satisfied', { hpa: key, err: errorMessage(error) });
    } finally {
      this.#later(key);
    }
    await this.#writeStatus(look);
  }

  async #look(look: Look): Promise<void> {
    const { hpa, changes, key } = look;
    const found = await this.#getScale(look);
    changes.push(able('SucceededGetScale', "the HPA controller was able to get the target's current scale"));
    const current = found.scale.spec?.replicas ?? 0;
    const history = this.#history(key);
    const now = this.#ctx.clock.now();
    if (history.recommendations.length === 0) history.recommend(current, now, 0);
    const { minReplicas: min = 1, maxReplicas: max } = hpa.spec;
    const keep = (desired: number, metrics: Outcome['metrics']) =>
      (look.outcome = { currentReplicas: current, desiredReplicas: desired, metrics, isRescaled: false });
    if (current === 0) {
      changes.push(active('False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero'));
      keep(0, []);
    } else if (current > max) {
      await this.#rescale(look, found, max, 'Current number of replicas above Spec.MaxReplicas', []);
    } else if (current < min) {
      await this.#rescale(look, found, min, 'Current number of replicas below Spec.MinReplicas', []);
    } else {
      const wish = await this.#wish(look, found);
      const metrics = wish.results.map((r) => r?.status);
      const reason = reasonFor(wish, current);
      const desired = this.#normalized(look, Math.max(wish.replicas, 0), current);
      if (desired === current) keep(current, metrics);
      else await this.#rescale(look, found, desired, reason, metrics);
      if (wish.error) throw wish.error;
    }
  }

  async #getScale({ hpa, changes }: Look): Promise<FoundScale> {
    try {
      return await this.#scales.get(hpa.metadata.namespace, hpa.spec.scaleTargetRef);
    } catch (error) {
      const why = errorMessage(error);
      this.#ctx.recorder.event(hpa, 'Warning', 'FailedGetScale', why);
      changes.push(unable('FailedGetScale', `the HPA controller was unable to get the target's current scale: ${why}`));
      throw error;
    }
  }

  /** What the metrics want: the most of all. Unreadable metrics forbid scaling down. */
  async #wish(look: Look, found: FoundScale): Promise<Wish> {
    const { hpa, changes } = look;
    const specReplicas = found.scale.spec?.replicas ?? 0;
    look.outcome = { currentReplicas: specReplicas, desiredReplicas: hpa.status?.desiredReplicas ?? 0, metrics: [], isRescaled: false };
    try {
      const { selector, pods: selected } = this.#target(look, found.scale.status?.selector ?? '');
      const specs = hpa.spec.metrics ?? [];
      const results: (MetricResult | undefined)[] = [];
      const errors: MetricError[] = [];
      for (const spec of specs) {
        try {
          results.push(await evaluateMetric(spec, this.#metricContext(hpa, found, selector, selected)));
        } catch (error) {
          if (!(error instanceof MetricError)) throw error;
          this.#ctx.recorder.event(hpa, 'Warning', error.reason, error.detail);
          errors.push(error);
          results.push(undefined);
        }
      }
      look.outcome = { ...look.outcome, metrics: results.map((r) => r?.status) };
      const [first] = errors;
      const best = results.reduce((a, b) => (!a || (b && (a.replicas === 0 || b.replicas > a.replicas)) ? b : a), undefined);
      const replicas = best?.replicas ?? 0;
      const error =
        first && new Error(`invalid metrics (${errors.length} invalid out of ${specs.length}), first error is: ${first.message}`);
      if (first && error && (!best || replicas < specReplicas)) {
        changes.push(active('False', first.reason, `the HPA was unable to compute the replica count: ${first.detail}`));
        throw error;
      }
      const name = best?.name ?? '';
      changes.push(active('True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${name}`));
      return { replicas, metric: name, results, error };
    } catch (error) {
      this.#ctx.recorder.event(hpa, 'Warning', 'FailedComputeMetricsReplicas', errorMessage(error));
      throw error;
    }
  }

  #metricContext(hpa: HorizontalPodAutoscaler, { scale }: FoundScale, selector: Selector, selected: readonly Pod[]) {
    const { options, clock } = this.#ctx;
    return {
      hpa,
      client: this.#metrics,
      specReplicas: scale.spec?.replicas ?? 0,
      statusReplicas: scale.status?.replicas ?? 0,
      selector: selector.toString(),
      pods: selected,
      tolerances: tolerancesOf(hpa, options.horizontalPodAutoscalerTolerance ?? TOLERANCE),
      timing: {
        now: clock.now(),
        cpuInitializationMs: options.horizontalPodAutoscalerCPUInitializationPeriodMs ?? CPU_INITIALIZATION_MS,
        initialReadinessDelayMs: options.horizontalPodAutoscalerInitialReadinessDelayMs ?? INITIAL_READINESS_MS,
      },
      resourceOf: async (apiVersion: string | undefined, kind: string) => {
        const { group, resource } = await this.#scales.resourceOf(apiVersion, kind);
        return group ? `${resource}.${group}` : resource;
      },
    };
  }

  /** The target's pods, if no other autoscaler has any of them. */
  #target({ key, hpa, changes }: Look, text: string): { selector: Selector; pods: Pod[] } {
    const refuse = (event: string, reason: string, message: string, shown = message): never => {
      this.#ctx.recorder.event(hpa, 'Warning', event, message);
      changes.push(active('False', reason, shown));
      throw new Error(message);
    };
    if (!text) return refuse('SelectorRequired', 'InvalidSelector', 'selector is required', "the HPA target's scale is missing a selector");
    let selector: Selector;
    try {
      selector = parseLabelSelector(text);
    } catch (error) {
      const message = `couldn't convert selector into a corresponding internal selector object: ${errorMessage(error)}`;
      return refuse('InvalidSelector', 'InvalidSelector', message);
    }
    this.#selectors.set(key, selector);
    const { namespace } = hpa.metadata;
    const selected = this.#pods.lister.list(namespace).filter((pod) => selector.matches(pod.metadata.labels));
    const rivals = this.#hpas.lister.list(namespace).filter((other) => {
      const theirs = this.#selectors.get(keyOf(other));
      return theirs && selected.some((pod) => theirs.matches(pod.metadata.labels));
    });
    if (rivals.length > 1) {
      const list = rivals.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(' ');
      return refuse('AmbiguousSelector', 'AmbiguousSelector', `pods by selector ${text} are controlled by multiple HPAs: [${list}]`);
    }
    return { selector, pods: selected };
  }

  #normalized({ key, hpa, changes }: Look, desired: number, current: number): number {
    const { options, clock } = this.#ctx;
    const windowMs = options.horizontalPodAutoscalerDownscaleStabilizationMs ?? DOWNSCALE_STABILIZATION_MS;
    const { minReplicas: min = 1, maxReplicas: max, behavior } = hpa.spec;
    const limits = { min, max, current, now: clock.now() };
    const history = this.#history(key);
    const result: Normalized = behavior
      ? normalizeWithBehavior(desired, limits, history, { scaleUp: behavior.scaleUp ?? {}, scaleDown: behavior.scaleDown ?? {} }, windowMs)
      : normalize(desired, limits, history, windowMs);
    const { limit, stabilization } = result;
    changes.push(able(stabilization.reason, stabilization.message));
    const status = limit.isLimited ? 'True' : 'False';
    changes.push({ type: 'ScalingLimited', status, reason: limit.reason, message: limit.message });
    return result.replicas;
  }

  async #rescale(look: Look, found: FoundScale, desired: number, reason: string, metrics: Outcome['metrics']): Promise<void> {
    const { hpa, changes, key } = look;
    const { recorder, clock, random, signal } = this.#ctx;
    const current = found.scale.spec?.replicas ?? 0;
    try {
      let { scale } = found;
      await retryOnConflict({ clock, random, signal }, async () => {
        try {
          await this.#scales.update(found.ref, { ...scale, spec: { ...scale.spec, replicas: desired } });
        } catch (error) {
          ({ scale } = await this.#scales.get(hpa.metadata.namespace, hpa.spec.scaleTargetRef));
          throw error;
        }
      });
    } catch (error) {
      const why = errorMessage(error);
      recorder.event(hpa, 'Warning', 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${why}`);
      changes.push(unable('FailedUpdateScale', `the HPA controller was unable to update the target scale: ${why}`));
      const before = hpa.status?.desiredReplicas ?? 0;
      look.outcome = { currentReplicas: current, desiredReplicas: before, metrics, isRescaled: false };
      throw error;
    }
    changes.push(able('SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`));
    recorder.event(hpa, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    const rules = desired > current ? hpa.spec.behavior?.scaleUp : hpa.spec.behavior?.scaleDown;
    if (rules) this.#history(key).scaled(current, desired, clock.now(), longestPeriodMs(rules));
    look.outcome = { currentReplicas: current, desiredReplicas: desired, metrics, isRescaled: true };
  }

  async #writeStatus({ hpa, changes, outcome }: Look): Promise<void> {
    const status = statusOf(hpa.status, changes, outcome, this.#ctx.clock.now());
    if (equalIgnoringZeros(status, hpa.status)) return;
    try {
      await this.#ctx.client.resource(horizontalPodAutoscalers).updateStatus({ ...hpa, status });
    } catch (error) {
      this.#ctx.recorder.event(hpa, 'Warning', 'FailedUpdateStatus', errorMessage(error));
      throw error;
    }
  }

  #history(key: string): ScaleHistory {
    const history = this.#histories.get(key) ?? new ScaleHistory();
    this.#histories.set(key, history);
    return history;
  }
}

function reasonFor({ replicas, metric }: Wish, current: number): string {
  if (replicas > current) return `${metric} above target`;
  return replicas < current ? 'All metrics below target' : '';
}

function tolerancesOf({ spec }: HorizontalPodAutoscaler, fallback: number): Tolerances {
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  const of = (text: string | undefined) => (text === undefined ? fallback : Quantity.parse(text).toNumber());
  return { scaleUp: of(scaleUp?.tolerance), scaleDown: of(scaleDown?.tolerance) };
}

const able = (reason: string, message: string): ConditionChange => ({ type: 'AbleToScale', status: 'True', reason, message });
const unable = (reason: string, message: string): ConditionChange => ({ type: 'AbleToScale', status: 'False', reason, message });
const active = (status: 'True' | 'False', reason: string, message: string): ConditionChange => ({
  type: 'ScalingActive',
  status,
  reason,
  message,
});

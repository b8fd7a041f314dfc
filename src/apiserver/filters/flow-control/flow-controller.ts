/** Keeps the flow schemas and priority levels as their objects describe them (k8s.io/apiserver/pkg/util/flowcontrol/apf_controller.go). */
import type { FlowSchema, PriorityLevelConfiguration } from '../../../api/flowcontrol/v1.gen.ts';
import type { Clock, Random, Timer } from '../../../base/clock.ts';
import { errorMessage, type Logger } from '../../../base/log.ts';
import { repeat } from '../../../base/repeat.ts';
import { bootstrapFlowSchemas, bootstrapPriorityLevels } from '../../bootstrap/flow-control.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { RequestInfo, UserInfo } from '../../request.ts';
import { borrowSeats } from './borrow-seats.ts';
import { levelConfig, maxSeatsPerRequest, type LevelConfig } from './level-config.ts';
import { LevelState } from './level-state.ts';
import { SchemaStatus } from './schema-status.ts';
import { schemaMatches } from './schema-matches.ts';

export interface FlowControllerOptions {
  readonly registry: RegistryReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Seats of the whole server: how many ordinary requests run at once. */
  readonly serverSeats: number;
}

export interface Flow {
  readonly schema: FlowSchema;
  readonly level: LevelState;
  /** Requests with the same one share their queues. */
  readonly distinguisher: string;
}

const GROUP = 'flowcontrol.apiserver.k8s.io';
const BORROWING_MS = 10_000;

export class FlowController {
  readonly #o: FlowControllerOptions;
  readonly #status: SchemaStatus;
  #schemas: readonly FlowSchema[] = [];
  #levels = new Map<string, LevelState>();
  #digesting = false;
  #stopped = false;
  #timer: Timer | undefined;

  constructor(options: FlowControllerOptions) {
    this.#o = options;
    this.#status = new SchemaStatus(options, () => this.#digestSoon());
    this.#digest([], []);
  }

  /** Follows the objects, and moves seats to where they are needed, until the signal aborts. */
  start(signal: AbortSignal): void {
    const { registry, clock, log } = this.#o;
    const stops = ['prioritylevelconfigurations', 'flowschemas'].map((resource) =>
      registry.reader(GROUP, resource).subscribe(() => this.#digestSoon()),
    );
    const stop = () => {
      this.#stopped = true;
      this.#timer?.cancel();
      for (const unsubscribe of stops) unsubscribe();
    };
    signal.addEventListener('abort', stop, { once: true });
    const act = async () => {
      if ([...this.#levels.values()].some((level) => level.quiescing && level.queues.isIdle)) this.#digestNow();
      else borrowSeats([...this.#levels.values()]);
    };
    void repeat({
      clock,
      everyMs: BORROWING_MS,
      signal,
      act,
      onError: (error) => log.error('cannot adjust the seats of priority levels', error),
    });
  }

  classify(info: RequestInfo, user: UserInfo): Flow {
    const schema =
      this.#schemas.find(({ spec }) => schemaMatches(spec, info, user)) ?? this.#schemas.find((s) => s.metadata.name === 'catch-all');
    const level = schema && this.#levels.get(schema.spec.priorityLevelConfiguration.name);
    if (!level) throw new Error('no flow schema is for everybody');
    const method = schema.spec.distinguisherMethod?.type;
    const distinguisher = method === 'ByUser' ? user.name : method === 'ByNamespace' ? info.namespace : '';
    return { schema, level, distinguisher };
  }

  maxSeats({ config, limits }: LevelState): number {
    return maxSeatsPerRequest(config, limits.nominal);
  }

  /** Several changes at once are taken in once. */
  #digestSoon(): void {
    if (this.#digesting || this.#stopped) return;
    this.#digesting = true;
    this.#timer = this.#o.clock.schedule(0, () => this.#digestNow());
  }

  #digestNow(): void {
    this.#digesting = false;
    const read = (resource: string): unknown[] => this.#o.registry.reader(GROUP, resource).list();
    const schemas = read('flowschemas') as FlowSchema[];
    this.#digest(read('prioritylevelconfigurations') as PriorityLevelConfiguration[], schemas);
    this.#status.report(schemas, (schema) => this.#levels.get(schema.spec.priorityLevelConfiguration.name)?.quiescing === false);
  }

  #digest(objects: readonly PriorityLevelConfiguration[], schemas: readonly FlowSchema[]): void {
    const levels = new Map<string, LevelState>();
    for (const config of this.#usable(objects)) {
      const level = this.#levels.get(config.name) ?? new LevelState(this.#o.clock, config);
      level.config = config;
      level.quiescing = false;
      levels.set(config.name, level);
    }
    this.#schemas = withMandatory(schemas.filter((schema) => levels.has(schema.spec.priorityLevelConfiguration.name)));
    for (const [name, level] of this.#levels) {
      if (levels.has(name) || level.queues.isIdle) continue;
      level.quiescing = true;
      levels.set(name, level);
    }
    this.#levels = levels;
    const shareSum = [...levels.values()].reduce((sum, level) => sum + level.config.shares, 0);
    for (const level of levels.values()) level.share(this.#o.serverSeats, shareSum);
    borrowSeats([...levels.values()]);
  }

  /** Broken ones do not exist; without the mandatory ones nothing works, so they are there even when their objects are not. */
  #usable(objects: readonly PriorityLevelConfiguration[]): LevelConfig[] {
    const configs = objects.flatMap((object) => {
      try {
        return [levelConfig(object)];
      } catch (error) {
        this.#o.log.warn('Ignoring a broken PriorityLevelConfiguration', { name: object.metadata.name, error: errorMessage(error) });
        return [];
      }
    });
    const mandatory = (bootstrapPriorityLevels() as unknown[] as PriorityLevelConfiguration[]).map(levelConfig);
    const missing = mandatory.filter(({ name }) => isMandatory(name) && !configs.some((config) => config.name === name));
    return [...configs, ...missing];
  }
}

function isMandatory(name: string): boolean {
  return name === 'exempt' || name === 'catch-all';
}

/** In the order in which they are asked. */
function withMandatory(schemas: readonly FlowSchema[]): FlowSchema[] {
  const precedence = (schema: FlowSchema) => schema.spec.matchingPrecedence ?? 1000;
  const sorted = schemas.toSorted((a, b) => precedence(a) - precedence(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
  const own = (name: string) =>
    sorted.some((schema) => schema.metadata.name === name)
      ? []
      : (bootstrapFlowSchemas() as unknown[] as FlowSchema[]).filter((schema) => schema.metadata.name === name);
  return [...own('exempt'), ...sorted, ...own('catch-all')];
}

import type { FlowSchema, FlowSchemaCondition } from '../../../api/flowcontrol/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { formatTime, type Clock, type Random } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { isNotFound } from '../../../machinery/status-error.ts';
import type { RegistryReader } from '../../registry/reader.ts';

const MINUTE_MS = 60_000;
const MAX_WRITES_A_MINUTE = 6;

export interface SchemaStatusOptions {
  readonly registry: RegistryReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Writes into flow schemas whether their priority level exists. */
export class SchemaStatus {
  readonly #o: SchemaStatusOptions;
  readonly #later: () => void;
  readonly #writes = new Map<string, number[]>();

  /** `later` is called when something was put off. */
  constructor(options: SchemaStatusOptions, later: () => void) {
    this.#o = options;
    this.#later = later;
  }

  report(schemas: readonly FlowSchema[], hasLevel: (schema: FlowSchema) => boolean): void {
    for (const schema of schemas) {
      const wanted = dangling(schema, hasLevel(schema));
      const current = schema.status?.conditions?.find((condition) => condition.type === 'Dangling');
      if (current?.status === wanted.status && current?.reason === wanted.reason && current?.message === wanted.message) continue;
      if (this.#mayWrite(schema.metadata.name)) void this.#write(schema.metadata.name, wanted);
      else this.#o.clock.schedule((30 + this.#o.random.float() * 45) * 1000, this.#later);
    }
  }

  /** Two servers that see different things shall not write without end. */
  #mayWrite(name: string): boolean {
    const nowMs = this.#o.clock.now();
    const recent = (this.#writes.get(name) ?? []).filter((atMs) => atMs > nowMs - MINUTE_MS);
    this.#writes.set(name, recent);
    if (recent.length >= MAX_WRITES_A_MINUTE) return false;
    recent.push(nowMs);
    return true;
  }

  async #write(name: string, condition: FlowSchemaCondition): Promise<void> {
    const { registry, clock, log } = this.#o;
    const change = (current: AnyObject): AnyObject => {
      const status = (current['status'] ?? {}) as FlowSchema['status'];
      const others = (status.conditions ?? []).filter((c) => c.type !== 'Dangling');
      return { ...current, status: { ...status, conditions: [...others, { ...condition, lastTransitionTime: formatTime(clock.now()) }] } };
    };
    try {
      await registry.update('flowcontrol.apiserver.k8s.io', 'flowschemas', '', name, change);
    } catch (error) {
      if (isNotFound(error)) return;
      log.error('cannot set a condition of a FlowSchema', error, { name });
      this.#later();
    }
  }
}

function dangling({ spec }: FlowSchema, exists: boolean): FlowSchemaCondition {
  const object = `This FlowSchema references the PriorityLevelConfiguration object named "${spec.priorityLevelConfiguration.name}"`;
  return exists
    ? { type: 'Dangling', status: 'False', reason: 'Found', message: `${object} and it exists` }
    : { type: 'Dangling', status: 'True', reason: 'NotFound', message: `${object} but there is no such object` };
}

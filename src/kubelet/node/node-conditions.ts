import type { NodeCondition } from '../../api/core/v1.gen.ts';

export interface ConditionFacts {
  readonly memoryPressure: boolean;
  readonly diskPressure: boolean;
  readonly pidPressure: boolean;
  /** Why the node is not ready; none when it is. */
  readonly problems: readonly string[];
}

export interface NodeConditions {
  readonly conditions: NodeCondition[];
  /** Reasons of events about what changed, such as `NodeReady`. */
  readonly changes: readonly string[];
}

interface Pressure {
  readonly type: string;
  readonly under: boolean;
  readonly yes: readonly [reason: string, message: string, event: string];
  readonly no: readonly [reason: string, message: string, event: string];
}

/** The kubelet's conditions of its node, beside those of others. `now` is RFC 3339. */
export function nodeConditions(old: readonly NodeCondition[], facts: ConditionFacts, now: string): NodeConditions {
  const conditions = [...old];
  const changes: string[] = [];
  const set = (type: string, status: 'True' | 'False', reason: string, message: string, event: string) => {
    const index = conditions.findIndex((c) => c.type === type);
    const known = conditions[index];
    const same = known?.status === status;
    const condition = { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: same ? known.lastTransitionTime : now };
    if (index < 0) conditions.push(condition);
    else conditions[index] = condition;
    // A node that is new is no news, but for the pressures, as upstream has it.
    if (!same && (known || type !== 'Ready')) changes.push(event);
  };
  for (const { type, under, yes, no } of pressures(facts)) {
    const [reason, message, event] = under ? yes : no;
    set(type, under ? 'True' : 'False', reason, message, event);
  }
  if (facts.problems.length === 0) set('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status', 'NodeReady');
  else set('Ready', 'False', 'KubeletNotReady', joined(facts.problems), 'NodeNotReady');
  return { conditions, changes };
}

function pressures({ memoryPressure, diskPressure, pidPressure }: ConditionFacts): Pressure[] {
  return [
    {
      type: 'MemoryPressure',
      under: memoryPressure,
      yes: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available', 'NodeHasInsufficientMemory'],
      no: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available', 'NodeHasSufficientMemory'],
    },
    {
      type: 'DiskPressure',
      under: diskPressure,
      yes: ['KubeletHasDiskPressure', 'kubelet has disk pressure', 'NodeHasDiskPressure'],
      no: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure', 'NodeHasNoDiskPressure'],
    },
    {
      type: 'PIDPressure',
      under: pidPressure,
      yes: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available', 'NodeHasInsufficientPID'],
      no: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available', 'NodeHasSufficientPID'],
    },
  ];
}

function joined(messages: readonly string[]): string {
  return messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`;
}

/** Whether a node still reports, pure (pkg/controller/nodelifecycle/node_lifecycle_controller.go tryUpdateNodeHealth). Times in milliseconds. */
import type { Node, NodeCondition } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';

/** What was seen of a node, and when by our own clock: clocks of nodes are not trusted. */
export interface NodeHealth {
  readonly ready: NodeCondition | undefined;
  readonly probeTime: number;
  readonly leaseRenewTime: string | undefined;
}

export interface HealthInput {
  readonly node: Node;
  readonly saved: NodeHealth | undefined;
  /** spec.renewTime of the node's lease, if it has one. */
  readonly leaseRenewTime: string | undefined;
  readonly now: number;
  readonly startupGraceMs: number;
  readonly monitorGraceMs: number;
}

export interface HealthVerdict {
  readonly health: NodeHealth;
  /** The node's Ready condition as it was found. */
  readonly observed: Pick<NodeCondition, 'status'>;
  /** As it is (or will be, once `conditions` is written). */
  readonly current: NodeCondition | undefined;
  /** New conditions to be written: the node has been silent for too long. */
  readonly conditions?: NodeCondition[];
}

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function readyCondition(node: Node): NodeCondition | undefined {
  return node.status.conditions?.find((c) => c.type === 'Ready');
}

export function judgeHealth(input: HealthInput): HealthVerdict {
  const { node, now, leaseRenewTime } = input;
  const ready = readyCondition(node);
  const health = nextHealth(input, ready);
  const grace = ready ? input.monitorGraceMs : input.startupGraceMs;
  const observed = ready ?? { status: 'Unknown' };
  if (now <= health.probeTime + grace) return { health, observed, current: ready };
  const conditions = unknownConditions(node, now);
  const current = conditions.find((c) => c.type === 'Ready');
  if (ready && semanticEqual(current, ready)) return { health, observed, current: ready };
  return { health: { ready: current, probeTime: health.probeTime, leaseRenewTime }, observed, current, conditions };
}

function nextHealth({ node, saved, leaseRenewTime, now }: HealthInput, ready: NodeCondition | undefined): NodeHealth {
  const created = Date.parse(node.metadata.creationTimestamp);
  let base: NodeHealth;
  if (!saved) base = { ready, probeTime: ready ? now : created, leaseRenewTime: undefined };
  else if (!saved.ready !== !ready || saved.ready?.lastHeartbeatTime !== ready?.lastHeartbeatTime) {
    base = { ready, probeTime: now, leaseRenewTime: undefined };
  } else base = { ...saved, ready };
  const before = saved?.leaseRenewTime;
  const renewed = leaseRenewTime !== undefined && (before === undefined || Date.parse(before) < Date.parse(leaseRenewTime));
  return renewed ? { ...base, leaseRenewTime, probeTime: now } : { ...base, leaseRenewTime: base.leaseRenewTime ?? before };
}

function unknownConditions(node: Node, now: number): NodeCondition[] {
  const out = [...(node.status.conditions ?? [])];
  for (const type of WATCHED) {
    const at = out.findIndex((c) => c.type === type);
    const old = out[at];
    if (!old) {
      out.push({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: node.metadata.creationTimestamp,
        lastTransitionTime: formatTime(now),
      });
    } else if (old.status !== 'Unknown') {
      const message = 'Kubelet stopped posting node status.';
      out[at] = { ...old, status: 'Unknown', reason: 'NodeStatusUnknown', message, lastTransitionTime: formatTime(now) };
    }
  }
  return out;
}

import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { admitPod, type Rejection } from './admit-pod.ts';

export interface NodeAdmissionOptions {
  readonly allowedUnsafeSysctls: readonly string[];
  node(): Node | undefined;
  readonly pressure: { memory(): boolean; disk(): boolean; pid(): boolean };
}

/** Decides with what the node is now. */
export function nodeAdmission({ allowedUnsafeSysctls, node, pressure }: NodeAdmissionOptions) {
  return (pod: Pod, active: readonly Pod[]): Rejection | undefined =>
    admitPod({
      pod,
      node: node(),
      active,
      allowedUnsafeSysctls,
      pressure: { memory: pressure.memory(), disk: pressure.disk(), pid: pressure.pid() },
    });
}

import type { Pod } from '../../api/core/v1.gen.ts';
import { isStaticPod } from '../pod/source.ts';

/** Whether this pod's resources may change in place: not for static pods. */
export function isResizable(pod: Pod): boolean {
  return !isStaticPod(pod);
}

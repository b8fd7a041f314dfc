import type { Taint, Toleration } from '../../api/core/v1.gen.ts';

/** The first NoExecute taint that nothing tolerates. */
export function untoleratedNoExecute(taints: readonly Taint[], tolerations: readonly Toleration[]): Taint | undefined {
  return taints.find((taint) => taint.effect === 'NoExecute' && !tolerations.some((toleration) => tolerates(toleration, taint)));
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  switch (operator || 'Equal') {
    case 'Equal':
      return (value ?? '') === (taint.value ?? '');
    case 'Exists':
      return true;
    case 'Lt':
    case 'Gt': {
      const [own, given] = [Number(taint.value), Number(value)];
      return operator === 'Lt' ? own < given : own > given;
    }
    default:
      return false;
  }
}

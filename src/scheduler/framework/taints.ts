import type { Pod, Taint, Toleration } from '../../api/core/v1.gen.ts';

type TaintShape = Pick<Taint, 'key' | 'effect' | 'value'>;

/** k8s.io/component-helpers/scheduling/corev1: Toleration.ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: TaintShape): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? '') {
    case '':
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists':
      return true;
    case 'Lt':
    case 'Gt':
      return compareNumbers(toleration, taint);
    default:
      return false;
  }
}

function compareNumbers(toleration: Toleration, taint: TaintShape): boolean {
  const [wanted, is] = [toleration.value ?? '', taint.value ?? ''];
  if (!/^-?\d+$/.test(wanted) || !/^-?\d+$/.test(is)) return false;
  return toleration.operator === 'Lt' ? BigInt(is) < BigInt(wanted) : BigInt(is) > BigInt(wanted);
}

/** The first taint among those with these effects that no toleration covers. */
export function untolerated(taints: readonly Taint[] | undefined, pod: Pod, effects: readonly string[]): Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect) && !(pod.spec.tolerations ?? []).some((t) => tolerates(t, taint)));
}

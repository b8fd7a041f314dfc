import type { Ingress, IngressClass } from '../../api/networking/v1.gen.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Ingresses whose class belongs to a controller. One without a class is nobody's: the API server fills in the default class on creation. */
export function ingressesOfController(ingresses: readonly Ingress[], classes: readonly IngressClass[], controller: string): Ingress[] {
  const own = new Set(classes.filter((c) => c.spec?.controller === controller).map((c) => c.metadata.name));
  return ingresses.filter((ingress) => own.has(ingress.spec?.ingressClassName ?? ingress.metadata.annotations?.[CLASS_ANNOTATION] ?? ''));
}

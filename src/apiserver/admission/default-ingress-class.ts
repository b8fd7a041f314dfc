import type { Ingress } from '../../api/networking/v1.gen.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isFor } from './attributes.ts';
import { newestDefault } from './default-class.ts';
import { onOperations } from './operations.ts';

const OLD_ANNOTATION = 'kubernetes.io/ingress.class';

/** An Ingress that names no class gets the default one. */
export function defaultIngressClass(registry: RegistryReader): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    handles: onOperations('CREATE'),
    async admit(a) {
      if (!isFor(a, 'networking.k8s.io', 'ingresses')) return;
      const ingress = a.object as unknown as Ingress;
      if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.[OLD_ANNOTATION] !== undefined) return;
      const found = newestDefault(registry.reader('networking.k8s.io', 'ingressclasses').list(), [
        'ingressclass.kubernetes.io/is-default-class',
      ]);
      if (found) ingress.spec = { ...ingress.spec, ingressClassName: found.metadata.name };
    },
  };
}

import type { Pod } from '../../api/core/v1.gen.ts';
import type { RuntimeClass } from '../../api/node/v1.gen.ts';
import type { Informer } from '../../client/informer.ts';

/** Which handler of the runtime runs a pod (https://kubernetes.io/docs/concepts/containers/runtime-class/). */
export class RuntimeHandlers {
  readonly #classes: Informer<RuntimeClass>;

  constructor(classes: Informer<RuntimeClass>) {
    this.#classes = classes;
  }

  /** '' is the runtime's default. Throws when the pod's class is not known. */
  of(pod: Pod): string {
    const handler = this.known(pod);
    if (handler !== undefined) return handler;
    const name = pod.spec.runtimeClassName;
    if (!this.#classes.hasSynced) throw new Error(`failed to lookup RuntimeClass ${name}: the classes are not known yet`);
    throw new Error(`runtimeclass.node.k8s.io "${name}" not found`);
  }

  /** Undefined when the pod's class is not known. */
  known(pod: Pod): string | undefined {
    const name = pod.spec.runtimeClassName;
    return name ? this.#classes.lister.get(name)?.handler : '';
  }
}

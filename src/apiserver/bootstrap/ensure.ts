import type { AnyObject } from '../../api/object.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';

const ATTEMPTS = 3;

/**
 * Makes one object of the server's own exist: creates it, or changes the one that is there.
 * `revise` gets the current object and answers what to store instead, or undefined when it is good as it is.
 * Another server doing the same at the same time is expected and not an error.
 */
export async function ensure(
  registry: RegistryReader,
  group: string,
  resource: string,
  wanted: AnyObject,
  revise?: (current: AnyObject) => AnyObject | undefined,
): Promise<void> {
  const { name } = wanted.metadata;
  const namespace = wanted.metadata.namespace ?? '';
  for (let attempt = 1; ; attempt++) {
    const current = registry.reader(group, resource).get(namespace, name);
    try {
      if (!current) await registry.create(group, resource, wanted);
      else if (revise?.(current)) await registry.update(group, resource, namespace, name, (latest) => revise(latest) ?? latest);
      return;
    } catch (error) {
      const raced = isAlreadyExists(error) || isNotFound(error) || isConflict(error);
      if (!raced || attempt === ATTEMPTS) throw error;
    }
  }
}

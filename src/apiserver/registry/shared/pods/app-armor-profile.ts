import type { AppArmorProfile } from '../../../../api/core/v1.gen.ts';

const LOCAL = 'localhost/';

/** What an annotation about AppArmor means; undefined when it means no valid profile. */
export function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const name = annotation.startsWith(LOCAL) ? annotation.slice(LOCAL.length) : '';
  return name !== '' && name === name.trim() && name.length <= 4095 ? { type: 'Localhost', localhostProfile: name } : undefined;
}

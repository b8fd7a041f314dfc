import type { VolumeMount } from '../../api/core/v1.gen.ts';
import type { Encodable } from '../cri/codec/message.ts';
import { MountPropagation, type Mount } from '../cri/messages/container.ts';

export type CriMount = Encodable<typeof Mount>;

/** Throws on a mode that does not exist. */
export function mountPropagation(mode: string | undefined): number {
  switch (mode) {
    case undefined:
    case 'None':
      return MountPropagation.PRIVATE;
    case 'HostToContainer':
      return MountPropagation.HOST_TO_CONTAINER;
    case 'Bidirectional':
      return MountPropagation.BIDIRECTIONAL;
    default:
      throw new Error(`invalid MountPropagation mode: "${mode}"`);
  }
}

/** Whether the mount is read-only all the way down (KEP-3857). Throws when that was required and cannot be had. */
export function recursiveReadOnly(mount: VolumeMount, runtimeSupports: boolean): boolean {
  const mode = mount.recursiveReadOnly;
  if (mode === undefined || mode === 'Disabled') return false;
  const asked = `volume "${mount.name}" requested recursive read-only mode, but it`;
  if (!mount.readOnly) throw new Error(`${asked} is not read-only`);
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    throw new Error(`${asked} is not compatible with propagation "${mount.mountPropagation}"`);
  }
  if (mode === 'IfPossible') return runtimeSupports;
  if (mode !== 'Enabled') throw new Error(`unknown recursive read-only mode "${mode}"`);
  if (!runtimeSupports) throw new Error(`${asked} is not supported by the runtime`);
  return true;
}

/** The parts of the kubelet, tied together. Nothing talks to the runtime or the API before the caller says so. */
import { apiObjects } from './assembly/api-objects.ts';
import { csi } from './assembly/csi.ts';
import { foundation, type RuntimeFacts } from './assembly/foundation.ts';
import { podRuntime } from './assembly/pod-runtime.ts';
import { podState } from './assembly/pod-state.ts';
import { podVolumes } from './assembly/pod-volumes.ts';
import { podWork } from './assembly/pod-work.ts';
import { upkeep } from './assembly/upkeep.ts';
import type { KubeletSettings } from './defaults.ts';

export type KubeletParts = ReturnType<typeof makeParts>;

/** `signal` ends every loop that the parts start. */
export function makeParts(settings: KubeletSettings, signal: AbortSignal, facts: RuntimeFacts) {
  const base = foundation(settings, signal, facts);
  const objects = apiObjects(base);
  const storage = csi(base, objects);
  const volumes = podVolumes(base, objects, storage.csiVolumes);
  const state = podState(base, objects);
  const { runtime, userNamespaces } = podRuntime(base, objects, state, volumes);
  const work = podWork({ base, objects, state, volumes, runtime, userNamespaces });
  return { ...base, ...objects, ...state, ...work, ...upkeep(base, state, volumes), ...storage, volumes };
}

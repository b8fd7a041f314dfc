import type { Pod } from '../../api/core/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import type { Encodable } from '../cri/codec/message.ts';
import type { ImageSpec } from '../cri/messages/image.ts';
import type { ImageVolumes, PullSecrets, RuntimeDependencies } from './runtime-dependencies.ts';
import type { SandboxConfig } from './sandbox-config.ts';

/** Pulls the images that the pod mounts as volumes (KEP-4639). What fails is kept as an error: only containers that mount it wait. */
export async function pullImageVolumes(
  pod: Pod,
  pullSecrets: PullSecrets,
  sandboxConfig: SandboxConfig,
  { images, events, log }: Pick<RuntimeDependencies, 'images' | 'events' | 'log'>,
): Promise<ImageVolumes> {
  const out = new Map<string, Encodable<typeof ImageSpec> | Error>();
  for (const { name, image: source } of pod.spec.volumes ?? []) {
    if (!source) continue;
    const reference = source.reference ?? '';
    const event = (type: 'Normal' | 'Warning', reason: string, message: string) => events.pod(pod, type, reason, message);
    try {
      const image = await images.ensure({ pod, image: reference, pullPolicy: source.pullPolicy, pullSecrets, sandboxConfig, event });
      out.set(name, { image, userSpecifiedImage: reference, annotations: pod.metadata.annotations ?? {} });
    } catch (error) {
      log.warn('cannot pull an image volume', { pod: pod.metadata.name, volume: name, err: errorMessage(error) });
      out.set(name, error as Error);
    }
  }
  return out;
}

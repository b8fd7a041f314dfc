/** A container in CRI's terms (pkg/kubelet/kuberuntime/kuberuntime_container.go). */
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { containerLinuxResources, type NodeLimits } from '../cgroups/container-resources.ts';
import type { Encodable } from '../cri/codec/message.ts';
import type { ContainerConfig, Device } from '../cri/messages/container.ts';
import { expand } from '../env/expand.ts';
import { containerAnnotations, containerLabels } from './labels.ts';
import { containerLogPath } from './log-paths.ts';
import type { CriMount } from './mounts.ts';
import { containerSecurityContext, type SecurityContextInput } from './security-context.ts';

export interface ContainerConfigInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly restartCount: number;
  /** What the runtime calls the image. */
  readonly imageRef: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly CriMount[];
  readonly devices: readonly Encodable<typeof Device>[];
  readonly security: Omit<SecurityContextInput, 'pod' | 'container'>;
  readonly node: NodeLimits;
}

/** Throws on a security profile that cannot be had. */
export function containerConfig(input: ContainerConfigInput): Encodable<typeof ContainerConfig> {
  const { pod, container, environment, restartCount } = input;
  const lookup = (name: string) => environment.get(name);
  const securityContext = containerSecurityContext({ ...input.security, pod, container });
  const userns = securityContext.namespaceOptions?.usernsOptions;
  return {
    metadata: { name: container.name, attempt: restartCount },
    image: { image: input.imageRef, userSpecifiedImage: container.image ?? '' },
    command: (container.command ?? []).map((part) => expand(part, lookup)),
    args: (container.args ?? []).map((part) => expand(part, lookup)),
    workingDir: container.workingDir ?? '',
    envs: [...environment].map(([key, value]) => ({ key, value: Buffer.from(value, 'utf8') })),
    mounts: userns ? input.mounts.map((mount) => ({ ...mount, uidMappings: userns.uids, gidMappings: userns.gids })) : input.mounts,
    devices: input.devices,
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, restartCount),
    logPath: containerLogPath(container.name, restartCount),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: { resources: containerLinuxResources(pod, container, input.node), securityContext },
  };
}

import { join } from 'node:path';
import type { Container, EphemeralContainer, Pod } from '../../api/core/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import { isMissing, mkdir, readdir, stat, symlink } from '../../host/fs.ts';
import type { Cri } from '../cri/cri.ts';
import { runHook } from '../hooks/run-hook.ts';
import { goText } from '../images/image-manager.ts';
import { StartError } from '../images/start-error.ts';
import { containerResources } from './compute-resize.ts';
import { containerConfig } from './container-config.ts';
import { killContainer } from './kill-container.ts';
import { containerLogPath, containerLogsDirectory, legacyLogLink, podLogsDirectory, restartCountFromLogs } from './log-paths.ts';
import type { ImageVolumes, PullSecrets, RuntimeDependencies } from './runtime-dependencies.ts';
import type { SandboxConfig } from './sandbox-config.ts';
import { findContainer, type RuntimePodStatus } from './types.ts';
import { runAsNonRootViolation, type ImageUser } from './verify-non-root.ts';

export interface ContainerStart {
  readonly pod: Pod;
  readonly container: Container;
  /** Set for ephemeral containers. */
  readonly ephemeral?: EphemeralContainer | undefined;
  readonly status: RuntimePodStatus;
  readonly sandboxId: string;
  readonly sandboxConfig: SandboxConfig;
  readonly podIPs: readonly string[];
  readonly pullSecrets: PullSecrets;
  readonly images: ImageVolumes;
}

/** Pulls the image, creates and starts the container, runs its postStart hook. Rejects with StartError; events are recorded on the way. */
export async function startContainer(start: ContainerStart, deps: RuntimeDependencies): Promise<void> {
  const { pod, container } = start;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    deps.events.container(pod, container, type, reason, message);
  const failed = (reason: string, error: unknown): StartError => {
    const message = errorMessage(error);
    event('Warning', 'Failed', `Error: ${message}`);
    return new StartError(reason, message);
  };
  const imageRef = await ensureImage(start, deps, event);
  const restartCount = await nextRestartCount(start, deps);
  let config;
  try {
    config = await configure(start, deps, imageRef, restartCount);
  } catch (error) {
    throw failed('CreateContainerConfigError', error);
  }
  deps.actuated.setContainer(pod.metadata.uid, container.name, containerResources(container, pod.spec.resources));
  let id: string;
  try {
    const created = await deps.cri.createContainer({ podSandboxId: start.sandboxId, config, sandboxConfig: start.sandboxConfig });
    id = created.containerId;
  } catch (error) {
    throw failed('CreateContainerError', error);
  }
  event('Normal', 'Created', 'Container created');
  try {
    await deps.cri.startContainer({ containerId: id });
  } catch (error) {
    throw failed('RunContainerError', new Error(errorMessage(error).replaceAll(id, container.name)));
  }
  event('Normal', 'Started', 'Container started');
  await linkLog(start, deps, id, restartCount);
  await postStart(start, deps, id);
}

async function ensureImage(
  start: ContainerStart,
  deps: RuntimeDependencies,
  event: (type: 'Normal' | 'Warning', reason: string, message: string) => void,
): Promise<string> {
  const { pod, container, pullSecrets, sandboxConfig } = start;
  try {
    const image = container.image ?? '';
    return await deps.images.ensure({ pod, image, pullPolicy: container.imagePullPolicy, pullSecrets, sandboxConfig, event });
  } catch (error) {
    if (error instanceof StartError) event('Warning', 'Failed', `Error: ${error.reason}`);
    throw error;
  }
}

async function nextRestartCount({ pod, container, status }: ContainerStart, deps: RuntimeDependencies): Promise<number> {
  const known = findContainer(status, container.name);
  if (known) return known.restartCount + 1;
  try {
    return restartCountFromLogs(await readdir(containerLogsDirectory(deps.podLogsRoot, pod, container.name)));
  } catch (error) {
    if (!isMissing(error))
      deps.log.warn('cannot count restarts from logs', { pod: pod.metadata.name, container: container.name, err: errorMessage(error) });
    return 0;
  }
}

async function configure(start: ContainerStart, deps: RuntimeDependencies, imageRef: string, restartCount: number) {
  const { pod, container } = start;
  const targetId = targetOf(start);
  const [setting, image] = await Promise.all([
    deps.surroundings.container(pod, container, start.podIPs, start.images),
    imageUser(deps.cri, imageRef),
    mkdir(containerLogsDirectory(deps.podLogsRoot, pod, container.name), { recursive: true, mode: 0o755 }),
  ]);
  const violation = runAsNonRootViolation(pod, container, image);
  if (violation) throw new Error(violation);
  return containerConfig({
    pod,
    container,
    restartCount,
    imageRef,
    ...setting,
    node: deps.node,
    security: {
      image,
      seccompRoot: deps.seccompRoot,
      seccompDefault: deps.seccompDefault,
      userNamespace: deps.surroundings.userNamespace(pod),
      extraGroups: deps.surroundings.extraGroups(pod),
      targetId,
      maskedPaths: deps.maskedPaths,
    },
  });
}

function targetOf({ ephemeral, status }: ContainerStart): string | undefined {
  const name = ephemeral?.targetContainerName;
  if (!name) return undefined;
  const target = findContainer(status, name);
  if (!target) throw new Error(`unable to find target container ${name}`);
  return target.id;
}

async function imageUser(cri: Cri, image: string): Promise<ImageUser> {
  try {
    const status = (await cri.imageStatus({ image: { image } })).image;
    if (status?.uid) return { uid: status.uid.value, username: '' };
    return status?.username ? { username: status.username } : { uid: 0, username: '' };
  } catch (error) {
    throw new Error(goText(error));
  }
}

async function linkLog(start: ContainerStart, deps: RuntimeDependencies, id: string, restartCount: number): Promise<void> {
  if (deps.legacyLogsRoot === undefined) return;
  const { pod, container } = start;
  const log = join(podLogsDirectory(deps.podLogsRoot, pod), containerLogPath(container.name, restartCount));
  const link = legacyLogLink(deps.legacyLogsRoot, pod.metadata, container.name, id);
  try {
    await stat(log);
    await symlink(log, link);
  } catch (error) {
    // The link serves log collectors; the container runs without it. A runtime that logs elsewhere makes no file.
    if (!isMissing(error)) deps.log.warn('cannot link a log', { link, err: errorMessage(error) });
  }
}

async function postStart(start: ContainerStart, deps: RuntimeDependencies, id: string): Promise<void> {
  const { pod, container } = start;
  const handler = container.lifecycle?.postStart;
  if (!handler) return;
  try {
    await runHook({ pod, container, containerId: id, handler }, deps.hooks);
  } catch (error) {
    deps.events.container(pod, container, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
    await killContainer({ pod, container, id, message: 'FailedPostStartHook', reason: 'FailedPostStartHook' }, deps).catch(
      (killError: unknown) =>
        deps.log.error('cannot kill a container whose postStart hook failed', killError, { container: container.name }),
    );
    throw new StartError('PostStartHookError', errorMessage(error));
  }
}

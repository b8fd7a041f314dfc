/** The node agent: runs the pods that the API and files give this node, and tells how they are (pkg/kubelet). */
import { join } from 'node:path';
import { errorMessage } from '../base/log.ts';
import { mkdir, readdir } from '../host/fs.ts';
import { openGrpcChannel } from '../host/grpc-channel.ts';
import { killPid } from '../host/kill-pid.ts';
import { fileSystemSize } from '../host/file-system-size.ts';
import { Quantity } from '../machinery/quantity.ts';
import { FileSource } from './config/file-source.ts';
import { followApiPods } from './config/pod-source.ts';
import { watchPlugins } from './csi/plugin-watcher.ts';
import { criOver } from './cri/cri.ts';
import { withDefaults, type KubeletSettings } from './defaults.ts';
import { makeNode } from './node/make-node.ts';
import type { NodeStatusManager } from './node/node-status.ts';
import type { Kubelet, KubeletOptions } from './options.ts';
import { makeParts, type KubeletParts } from './parts.ts';
import { runRelistLoop } from './pleg/relist-loop.ts';
import { RuntimeEvents } from './pleg/runtime-events.ts';
import { makeServer } from './server/make-server.ts';
import { housekeep } from './sync/housekeeping.ts';

const RELIST_MS = 1000;
/** With events from the runtime, listing is only a safety net. */
const RELIST_WITH_EVENTS_MS = 10_000;
const HOUSEKEEPING_MS = 2000;
const RUNTIME_CHECK_MS = 5000;
const GC_MS = 60_000;
const EVENT_DELAYS_MS = [0, 10, 40, 150, 300, 600, 1200, 2400];
const IMAGE_GC_MS = 300_000;
const EVICTION_MS = 10_000;
const LOG_ROTATION_MS = 10_000;
const RESIZE_RETRY_MS = 180_000;
/** Tokens in volumes are renewed in time. */
const VOLUME_REFRESH_MS = 60_000;
const FIRST_READY_CHECK_MS = 100;

/**
 * Starts the kubelet of one node. Resolves when the runtime answers and the pods that were there are known; what runs already is adopted.
 * Rejects when the runtime cannot be reached or its directories cannot be made.
 */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const settings = withDefaults(options);
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const runtime = await reachRuntime(settings);
  await makeDirectories(settings);
  const storageBytes = (await fileSystemSize(settings.rootDirectory)).capacityBytes;
  const podUids = await readdir(join(settings.rootDirectory, 'pods'));
  const parts = makeParts(settings, signal, { runtimeName: runtime.runtimeName, storageBytes, podUids });
  parts.cgroups.start({
    cpuMilli: parts.machine.cpus * 1000,
    memory: Quantity.parse(parts.resources.allocatable['memory'] ?? '0').value(),
  });
  await parts.runtimeState.refresh();
  await parts.cache.relist();
  const server = await makeServer(settings, parts);
  const node = makeNode(settings, parts, {
    runtimeVersion: `${runtime.runtimeName}://${runtime.runtimeVersion.replace(/^v/, '')}`,
    port: server?.port,
    signal,
  });
  const initial = await node.status.initialNode();
  parts.registered.node = {
    ...initial,
    metadata: { ...initial.metadata, namespace: '', uid: '', resourceVersion: '', creationTimestamp: '' },
  };
  const staticPods = startStaticPods(settings, parts, signal);
  parts.onPressure.tell = () => void node.status.update();
  await node.status.register();
  await parts.nodeInformer.synced();
  settings.recorder.event(node.reference, 'Normal', 'Starting', 'Starting kubelet.');
  const loops = [
    staticPods,
    startPlugins(settings, parts, signal),
    ...startLoops(settings, parts, signal),
    node.status.run(),
    node.lease(),
    reportReadySoon(settings, parts, node.status, signal),
  ];
  await followApiPods(settings.nodeName, settings.informers, parts.loop, parts.statuses);
  loops.push(every(HOUSEKEEPING_MS, settings, signal, 'housekeeping', () => runHousekeeping(settings, parts)));
  return {
    nodeName: settings.nodeName,
    port: server?.port,
    async stop() {
      stopped.abort(new Error('the kubelet was stopped'));
      await server?.close();
      await Promise.all(loops);
      parts.cri.close();
    },
  };
}

async function reachRuntime({
  containerRuntimeEndpoint,
  clock,
  signal,
}: KubeletSettings): Promise<{ runtimeName: string; runtimeVersion: string }> {
  const cri = criOver(openGrpcChannel(containerRuntimeEndpoint));
  try {
    for (let tries = 0; ; tries++) {
      try {
        return await cri.version({}, { timeoutMs: 5000 });
      } catch (error) {
        if (tries >= 50) throw new Error(`Cannot reach the container runtime at ${containerRuntimeEndpoint}: ${errorMessage(error)}`);
        await clock.sleep(200, signal);
      }
    }
  } finally {
    cri.close();
  }
}

/** Tells at once when the runtime gets ready for the first time (pkg/kubelet fastStatusUpdateOnce): a new node is not to wait for the next round. */
async function reportReadySoon(
  { clock }: KubeletSettings,
  { runtimeState }: KubeletParts,
  status: NodeStatusManager,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && (runtimeState.runtimeProblem() ?? runtimeState.networkProblem()) !== undefined) {
    await clock.sleep(FIRST_READY_CHECK_MS, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
    await runtimeState.refresh();
  }
  await status.update();
}

async function makeDirectories(settings: KubeletSettings): Promise<void> {
  await mkdir(join(settings.rootDirectory, 'pods'), { recursive: true, mode: 0o750 });
  await mkdir(settings.podLogsDirectory, { recursive: true, mode: 0o755 });
  if (settings.containerLogsDirectory) await mkdir(settings.containerLogsDirectory, { recursive: true, mode: 0o755 });
}

async function startStaticPods(
  { staticPodPath: path, nodeName, clock, log }: KubeletSettings,
  { loop }: KubeletParts,
  signal: AbortSignal,
): Promise<void> {
  if (path === undefined) return;
  await new FileSource({ path, nodeName, loop, clock, log, signal }).run();
}

/** Tells of this node's CSI drivers, then follows them. */
async function startPlugins(
  { rootDirectory, clock, log }: KubeletSettings,
  { csiDrivers }: KubeletParts,
  signal: AbortSignal,
): Promise<void> {
  for (let pause = 200; !signal.aborted; pause = Math.min(10_000, pause * 2)) {
    try {
      await csiDrivers.start();
      break;
    } catch (error) {
      log.warn('cannot make the CSINode, will retry', { err: errorMessage(error) });
      await clock.sleep(pause, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
    }
  }
  await watchPlugins({
    directory: join(rootDirectory, 'plugins_registry'),
    clock,
    log,
    signal,
    register: (plugin) => csiDrivers.register(plugin),
    deregister: (plugin) => csiDrivers.deregister(plugin),
  });
}

function startLoops(settings: KubeletSettings, parts: KubeletParts, signal: AbortSignal): Promise<void>[] {
  const { clock, log } = settings;
  const { cri, channel, cache } = parts;
  const onEvent = (id: string, ended: boolean) => void followEvent(id, ended, parts, settings);
  const events = new RuntimeEvents({ cri, channel, clock, log, signal, onEvent });
  const period = () => (events.connected ? RELIST_WITH_EVENTS_MS : RELIST_MS);
  return [
    runRelistLoop({ cache, clock, log, signal, period, onRelist: (ms) => parts.metrics.relist.observe(ms / 1000) }),
    every(GC_MS, settings, signal, 'collecting dead containers', () => parts.gc.collect()),
    every(IMAGE_GC_MS, settings, signal, 'collecting images', () => parts.imageGc.collect()),
    every(EVICTION_MS, settings, signal, 'looking at what the node is short of', () => parts.eviction.synchronize()),
    every(LOG_ROTATION_MS, settings, signal, 'rotating logs', () => parts.logRotation.rotateAll()),
    every(RESIZE_RETRY_MS, settings, signal, 'retrying resizes', () => Promise.resolve(parts.resizes.retry())),
    every(VOLUME_REFRESH_MS, settings, signal, 'refreshing volumes', () => parts.volumes.refreshAll()),
    every(RUNTIME_CHECK_MS, settings, signal, 'checking the runtime', () => parts.runtimeState.refresh()),
  ];
}

/** An event may come a moment before the runtime's own state shows it: of what has ended, look until it has. */
async function followEvent(id: string, ended: boolean, { cache }: KubeletParts, { clock, log, signal }: KubeletSettings): Promise<void> {
  try {
    for (const delay of ended ? EVENT_DELAYS_MS : [0]) {
      await clock.sleep(delay, signal);
      const uid = cache.podOf(id);
      // A container may end before what its start returned has been read.
      if (uid === undefined) continue;
      await cache.inspect(uid);
      if (!cache.isAlive(id)) return;
    }
  } catch (error) {
    if (!signal.aborted) log.debug('cannot follow an event of the runtime', { id, err: errorMessage(error) });
  }
}

function runHousekeeping(settings: KubeletSettings, parts: KubeletParts): Promise<void> {
  return housekeep({
    ...parts,
    log: settings.log,
    podsDirectory: join(settings.rootDirectory, 'pods'),
    async deleteMirror(mirror) {
      await parts.mirrors.delete(mirror);
    },
    kill: killPid,
    retainAllocations(uids) {
      parts.actuated.retain((uid) => uids.has(uid));
      parts.allocations.retain(uids);
      parts.resizes.retain(uids);
      parts.probeMetrics.retain(uids);
      parts.storages.retain(uids);
    },
  });
}

/** Runs `task` again and again; a failure is logged and does not end it. */
async function every(
  ms: number,
  { clock, log }: KubeletSettings,
  signal: AbortSignal,
  what: string,
  task: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(ms, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
    if (signal.aborted) return;
    try {
      await task();
    } catch (error) {
      if (!signal.aborted) log.error(`${what} failed, will retry`, error);
    }
  }
}

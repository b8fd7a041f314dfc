/** Finds plugins that put a socket into a directory (https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/, pkg/kubelet/pluginmanager). */
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { mkdir, readdir, watchPath } from '../../host/fs.ts';
import { openGrpcChannel } from '../../host/grpc-channel.ts';
import { unaryCall } from '../cri/call.ts';
import { message, repeated } from '../cri/codec/message.ts';

const InfoRequest = message({});
const PluginInfo = message({
  type: [1, 'string'],
  name: [2, 'string'],
  endpoint: [3, 'string'],
  supportedVersions: [4, repeated('string')],
});
const RegistrationStatus = message({ pluginRegistered: [1, 'bool'], error: [2, 'string'] });
const getInfo = unaryCall('/pluginregistration.Registration/GetInfo', InfoRequest, PluginInfo);
const notify = unaryCall('/pluginregistration.Registration/NotifyRegistrationStatus', RegistrationStatus, message({}));

export interface Plugin {
  /** `CSIPlugin`. */
  readonly type: string;
  readonly name: string;
  /** Socket of its services. */
  readonly endpoint: string;
  readonly versions: readonly string[];
}

export interface PluginWatcherOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Rejects when the plugin cannot be used; it is told so. */
  register(plugin: Plugin): Promise<void>;
  deregister(plugin: Plugin): Promise<void>;
}

const CHECK_MS = 5000;
const SETTLE_MS = 50;
const CALL_TIMEOUT_MS = 10_000;

/** Watches until the signal aborts. */
export async function watchPlugins(options: PluginWatcherOptions): Promise<void> {
  const { directory, clock, signal } = options;
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const known = new Map<string, Plugin>();
  let wake = () => {};
  const watcher = watchPath(directory, () => wake());
  watcher.on('error', () => undefined); // The regular check finds what the watch would have told.
  while (!signal.aborted) {
    const { promise: changed, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    await check(options, known);
    const over = new AbortController();
    await Promise.race([changed, clock.sleep(CHECK_MS, AbortSignal.any([signal, over.signal])).catch(() => undefined)]);
    over.abort();
    await clock.sleep(SETTLE_MS, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
  }
  watcher.close();
}

async function check(options: PluginWatcherOptions, known: Map<string, Plugin>): Promise<void> {
  const { directory, log } = options;
  const sockets = new Set(await socketsIn(directory));
  for (const [socket, plugin] of [...known]) {
    if (sockets.has(socket)) continue;
    known.delete(socket);
    try {
      await options.deregister(plugin);
    } catch (error) {
      log.warn('cannot forget a plugin', { plugin: plugin.name, err: errorMessage(error) });
    }
  }
  for (const socket of sockets) {
    if (known.has(socket)) continue;
    try {
      known.set(socket, await meet(socket, options));
    } catch (error) {
      log.warn('cannot register a plugin, will retry', { socket, err: errorMessage(error) });
    }
  }
}

/** Asks a plugin who it is, registers it and tells it how that went. */
async function meet(socket: string, options: PluginWatcherOptions): Promise<Plugin> {
  const channel = openGrpcChannel(socket);
  const limit = { timeoutMs: CALL_TIMEOUT_MS };
  try {
    const { type, name, endpoint, supportedVersions } = await getInfo(channel, {}, limit);
    const plugin = { type, name, endpoint: endpoint || socket, versions: supportedVersions };
    try {
      await options.register(plugin);
    } catch (error) {
      await notify(channel, { pluginRegistered: false, error: `RegisterPlugin error -- ${errorMessage(error)}` }, limit);
      throw error;
    }
    await notify(channel, { pluginRegistered: true }, limit);
    return plugin;
  } finally {
    channel.close();
  }
}

async function socketsIn(directory: string): Promise<string[]> {
  const out: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isSocket()) out.push(path);
    else if (entry.isDirectory()) out.push(...(await socketsIn(path)));
  }
  return out;
}

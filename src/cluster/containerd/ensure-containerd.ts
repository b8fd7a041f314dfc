/**
 * A containerd of our own: own root, state and socket, beside any other on the machine. It outlives us, as its containers do:
 * a later call finds it by its socket and adopts it.
 */
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { fileExists, makeDirectory, writeFileAtomic, writeFileIfChanged } from '../../host/files.ts';
import { searchPath } from '../../host/find-program.ts';
import { openGrpcChannel } from '../../host/grpc-channel.ts';
import { isRunning, startDetached, terminateProcess, type ProcessId } from '../../host/processes.ts';
import { criOver, type Cri } from '../../kubelet/cri/cri.ts';
import { containerdSettings, type ContainerdSettings } from './containerd-settings.ts';
import { containerdPidFile, findContainerd } from './find-containerd.ts';
import { importSandboxImage } from './import-sandbox-image.ts';
import type { RegistryMirror } from './registry-hosts.ts';

export interface ContainerdOptions {
  /** Kept over reboots: images, snapshots, configuration. */
  readonly dataDir: string;
  /** Below /run: sockets and state of running containers. A short path: a Unix socket's has at most 107 bytes. */
  readonly runDir: string;
  readonly logFile: string;
  readonly cniConfDir: string;
  readonly registryMirrors?: readonly RegistryMirror[];
  readonly log: Logger;
  readonly clock: Clock;
}

export interface Containerd {
  /** `unix://` path of the CRI endpoint. */
  readonly socket: string;
  readonly version: string;
  /** True when it was running already. */
  readonly adopted: boolean;
  readonly pid: number;
  /** Stops watching over it and leaves it running. */
  release(): void;
  /** Ends containerd; containers run on. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const CHECK_EVERY_MS = 1_000;
const RESTART_AFTER_MS = 500;

/** Ready when it resolves: CRI answers and the sandbox image is there. From then on containerd is started again whenever it ends. */
export async function ensureContainerd(options: ContainerdOptions): Promise<Containerd> {
  const settings = await containerdSettings(options);
  makeDirectory(options.runDir, 0o711);
  makeDirectory(settings.root, 0o711);
  let changed = false;
  for (const [path, content] of settings.files) changed = writeFileIfChanged(path, content, 0o644) || changed;

  const supervisor = new Supervisor(options, settings);
  const running = supervisor.findRunning();
  if (running && changed) await terminateProcess(running, 10_000);
  const adopted = running !== undefined && !changed;
  const id = adopted ? running : await supervisor.start();
  const cri = criOver(openGrpcChannel(settings.socket));
  try {
    await waitForCri(cri, () => isRunning(supervisor.current ?? id), options, settings);
    await importSandboxImage(cri, settings, options);
  } catch (error) {
    supervisor.release();
    throw error;
  } finally {
    cri.close();
  }
  supervisor.watch();
  options.log.info(adopted ? 'containerd adopted' : 'containerd started', {
    pid: id.pid,
    version: settings.version,
    socket: settings.socket,
  });
  return {
    socket: `unix://${settings.socket}`,
    version: settings.version,
    adopted,
    get pid() {
      return supervisor.current?.pid ?? 0;
    },
    release: () => supervisor.release(),
    stop: () => supervisor.stop(),
  };
}

class Supervisor {
  readonly #options: ContainerdOptions;
  readonly #settings: ContainerdSettings;
  #released = false;
  current: ProcessId | undefined;

  constructor(options: ContainerdOptions, settings: ContainerdSettings) {
    this.#options = options;
    this.#settings = settings;
  }

  /** A containerd that an earlier process of ours started. */
  findRunning(): ProcessId | undefined {
    const id = findContainerd(this.#options.runDir);
    if (id && fileExists(this.#settings.socket)) this.current = id;
    return this.current;
  }

  async start(): Promise<ProcessId> {
    const { binary, configFile } = this.#settings;
    const env = { ...process.env, PATH: searchPath() };
    this.current = await startDetached(binary, { args: ['--config', configFile], env, logFile: this.#options.logFile });
    writeFileAtomic(containerdPidFile(this.#options.runDir), JSON.stringify(this.current));
    return this.current;
  }

  watch(): void {
    this.#options.clock.schedule(CHECK_EVERY_MS, () => {
      if (this.#released) return;
      if (this.current && isRunning(this.current)) return this.watch();
      this.#options.log.warn('containerd has ended and is started again', { logFile: this.#options.logFile });
      this.start().then(
        () => this.watch(),
        (error: unknown) => {
          this.#options.log.error('containerd cannot be started', error);
          this.#options.clock.schedule(RESTART_AFTER_MS, () => this.watch());
        },
      );
    });
  }

  release(): void {
    this.#released = true;
  }

  async stop(): Promise<void> {
    this.release();
    if (this.current) await terminateProcess(this.current, 10_000);
  }
}

async function waitForCri(cri: Cri, isAlive: () => boolean, options: ContainerdOptions, settings: ContainerdSettings): Promise<void> {
  const end = options.clock.monotonic() + START_TIMEOUT_MS;
  for (let pauseMs = 10; ; pauseMs = Math.min(200, pauseMs * 2)) {
    try {
      // Before the socket exists a call would only start the channel's back-off.
      if (fileExists(settings.socket)) return void (await cri.version({}, { timeoutMs: 2_000 }));
    } catch (error) {
      if (options.clock.monotonic() > end)
        throw new Error(`containerd does not answer on ${settings.socket}: ${errorMessage(error)}. Its log: ${options.logFile}`, {
          cause: error,
        });
    }
    if (!isAlive()) throw new Error(`containerd ended while it started. Its log says why: ${options.logFile}`);
    if (options.clock.monotonic() > end)
      throw new Error(`containerd made no socket within ${START_TIMEOUT_MS / 1000} s. Its log: ${options.logFile}`);
    await options.clock.sleep(pauseMs);
  }
}

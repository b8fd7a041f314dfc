/** Static pods: manifests in a directory, followed as they come, change and go. */
import { join } from 'node:path';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { isMissing, readdir, readFile, stat, watchPath, type FSWatcher } from '../../host/fs.ts';
import { parseYaml } from '../../wire/yaml/yaml.ts';
import { sameJson } from '../status/status-patch.ts';
import type { PodLoop } from '../sync/pod-loop.ts';
import { staticPod } from './static-pod.ts';

export interface FileSourceOptions {
  readonly path: string;
  readonly nodeName: string;
  readonly loop: PodLoop;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** All is read again this often, whatever the file system told. */
const CHECK_MS = 20_000;
/** Editors write in several steps. */
const SETTLE_MS = 100;

export class FileSource {
  readonly #options: FileSourceOptions;
  readonly #pods = new Map<string, Pod>();
  readonly #broken = new Map<string, string>();
  #watcher: FSWatcher | undefined;
  #wake: () => void = () => {};

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  /** Reads once, then follows until the signal aborts. */
  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      this.#watch();
      const { promise: changed, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await this.readAll();
      const over = new AbortController();
      await Promise.race([changed, clock.sleep(CHECK_MS, AbortSignal.any([signal, over.signal])).catch(() => undefined)]);
      over.abort();
      await clock.sleep(SETTLE_MS, signal).catch(() => undefined); // Stopped: the loop looks at the signal.
    }
    this.#watcher?.close();
  }

  async readAll(): Promise<void> {
    const found = new Map<string, Pod>();
    for (const file of await this.#files()) {
      const pod = await this.#read(file);
      // A manifest that became unreadable does not end the pod it made.
      const kept = pod ?? [...this.#pods.values()].find((known) => this.#sourceOf.get(known.metadata.uid) === file);
      if (kept) {
        found.set(kept.metadata.uid, kept);
        this.#sourceOf.set(kept.metadata.uid, file);
      }
    }
    this.#apply(found);
  }

  readonly #sourceOf = new Map<string, string>();

  #apply(found: ReadonlyMap<string, Pod>): void {
    const { loop } = this.#options;
    for (const [uid, pod] of [...this.#pods]) {
      if (found.has(uid)) continue;
      this.#pods.delete(uid);
      this.#sourceOf.delete(uid);
      loop.remove(pod);
    }
    for (const [uid, pod] of found) {
      const known = this.#pods.get(uid);
      if (!known) {
        this.#pods.set(uid, pod);
        loop.add(pod);
      } else if (!sameJson(known.spec, pod.spec) || !sameJson(known.metadata.labels ?? {}, pod.metadata.labels ?? {})) {
        this.#pods.set(uid, pod);
        loop.update(pod);
      }
    }
  }

  async #files(): Promise<string[]> {
    const { path, log } = this.#options;
    try {
      if (!(await stat(path)).isDirectory()) return [path];
      const names = (await readdir(path, { withFileTypes: true })).filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
      return names.map((entry) => join(path, entry.name)).sort();
    } catch (error) {
      if (!isMissing(error)) log.warn('cannot read static pods', { path, err: errorMessage(error) });
      return [];
    }
  }

  async #read(file: string): Promise<Pod | undefined> {
    const { nodeName, clock, log } = this.#options;
    try {
      const pod = staticPod(parseYaml(await readFile(file, 'utf8')), file, nodeName, clock.now());
      this.#broken.delete(file);
      return pod;
    } catch (error) {
      const why = errorMessage(error);
      if (this.#broken.get(file) !== why) log.error('cannot use the manifest of a static pod', error, { file });
      this.#broken.set(file, why);
      return undefined;
    }
  }

  #watch(): void {
    if (this.#watcher) return;
    try {
      this.#watcher = watchPath(this.#options.path, () => this.#wake());
      this.#watcher.on('error', () => {
        this.#watcher?.close();
        this.#watcher = undefined;
      });
    } catch (error) {
      // The directory may be made later: it is looked for again at the next check.
      if (!isMissing(error)) this.#options.log.warn('cannot watch static pods', { err: errorMessage(error) });
    }
  }
}

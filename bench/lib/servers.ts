/** The servers that a benchmark compares: our own, and a peer when WHERRY_PEER_APISERVER names one. */
import { execFile, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Usage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

export interface BenchServer {
  readonly name: string;
  readonly url: string;
  /** Of a cluster admin. */
  readonly token: string;
  /** What the server has used so far; undefined where nobody can tell. */
  usage(): Promise<Usage | undefined>;
  stop(): Promise<void>;
}

const TOKEN = 'bench-admin-token';

export async function startOwn(): Promise<BenchServer> {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-bench-'));
  const execArgv = process.env['WHERRY_BENCH_PROFILE'] ? ['--cpu-prof', `--cpu-prof-dir=${process.env['WHERRY_BENCH_PROFILE']}`] : [];
  const child = fork(join(import.meta.dirname, 'serve.ts'), [directory, TOKEN], { execArgv });
  const answer = <T>() =>
    new Promise<T>((resolve, reject) => {
      const ended = () => reject(new Error('the server ended'));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        resolve(message as T);
      });
    });
  const { port } = await answer<{ port: number }>();
  return {
    name: 'wherry',
    url: `https://127.0.0.1:${port}`,
    token: TOKEN,
    async usage() {
      const reply = answer<{ cpu: NodeJS.CpuUsage; memory: NodeJS.MemoryUsage }>();
      child.send('usage');
      const { cpu, memory } = await reply;
      return { cpuMs: (cpu.user + cpu.system) / 1000, rssBytes: memory.rss };
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.send('stop');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * WHERRY_PEER_APISERVER is either `https://host:port,token` of a server that runs, or a script: `<script> start <directory> <port>` starts
 * one with the token `admin-token`, `<script> stop <directory>` stops it; `*.pid` files in the directory tell whose CPU time and memory count.
 */
export async function startPeer(): Promise<BenchServer | undefined> {
  const peer = process.env['WHERRY_PEER_APISERVER'];
  if (!peer) return undefined;
  if (peer.startsWith('https://')) {
    const [url = '', token = ''] = peer.split(',');
    return { name: 'peer', url, token, usage: () => Promise.resolve(undefined), stop: () => Promise.resolve() };
  }
  const run = promisify(execFile);
  const directory = mkdtempSync(join(tmpdir(), 'wherry-bench-peer-'));
  const port = 20_000 + (process.pid % 10_000);
  await run(peer, ['start', directory, String(port)]);
  return {
    name: 'peer',
    url: `https://127.0.0.1:${port}`,
    token: 'admin-token',
    usage: () => Promise.resolve(usageOf(pidsIn(directory))),
    async stop() {
      await run(peer, ['stop', directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function pidsIn(directory: string): string[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.pid'));
  return files.map((name) => readFileSync(join(directory, name), 'utf8').trim());
}

const CLOCK_TICK_MS = 10;
const PAGE_BYTES = 4096;

/** CPU time (user and system) and resident memory of processes, from /proc. */
function usageOf(pids: readonly string[]): Usage {
  let [cpuMs, rssBytes] = [0, 0];
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    cpuMs += (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
    rssBytes += Number(fields[21]) * PAGE_BYTES;
  }
  return { cpuMs, rssBytes };
}

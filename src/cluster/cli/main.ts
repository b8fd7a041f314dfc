/** The `wherry` command line: finds the subcommand and loads only its code. */
import { errorMessage } from '../../base/log.ts';
import { keepAlive } from '../../host/keep-alive.ts';
import type { Command } from './command.ts';
import { UsageError } from './flags.ts';

interface Entry {
  readonly group: 'Clusters' | 'Components';
  /** Empty: only wherry itself starts it. */
  readonly summary: string;
  load(): Promise<{ command: Command }>;
}

const COMMANDS: Record<string, Entry> = {
  up: { group: 'Clusters', summary: 'make a cluster on this machine, or start it again', load: () => import('../commands/up.ts') },
  down: { group: 'Clusters', summary: 'stop the cluster and its containers; its data stays', load: () => import('../commands/down.ts') },
  status: { group: 'Clusters', summary: 'show what runs', load: () => import('../commands/status.ts') },
  reset: { group: 'Clusters', summary: 'stop the cluster and remove everything it made', load: () => import('../commands/reset.ts') },
  supervise: { group: 'Clusters', summary: '', load: () => import('../commands/supervise.ts') },
  serve: { group: 'Clusters', summary: '', load: () => import('../commands/serve.ts') },
  'kube-apiserver': {
    group: 'Components',
    summary: 'the API server, with an embedded store',
    load: () => import('../components/kube-apiserver.ts'),
  },
  'kube-controller-manager': {
    group: 'Components',
    summary: 'the controllers',
    load: () => import('../components/kube-controller-manager.ts'),
  },
  'kube-scheduler': { group: 'Components', summary: 'the scheduler', load: () => import('../components/kube-scheduler.ts') },
  kubelet: { group: 'Components', summary: 'the node agent', load: () => import('../components/kubelet.ts') },
  'kube-proxy': { group: 'Components', summary: "a node's service proxy", load: () => import('../components/kube-proxy.ts') },
  agent: { group: 'Clusters', summary: '', load: () => import('../commands/agent.ts') },
};

/** Runs one command line; resolves with the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (['help', '--help', '-h'].includes(name)) return print(usage());
  if (['version', '--version'].includes(name)) return print(await versionText());
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) return fail(`unknown command "${name}"\n\n${usage()}`, 2);
  endWithReader();
  const release = keepAlive(); // The clock's timers let a process end while it waits.
  try {
    return await (await entry.load()).command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) return fail(`${error.message}\n\nSee "wherry ${name} --help"`, 2);
    return fail(process.env['WHERRY_DEBUG'] && error instanceof Error ? (error.stack ?? error.message) : errorMessage(error), 1);
  } finally {
    release();
  }
}

function usage(): string {
  const list = (group: Entry['group']) =>
    Object.entries(COMMANDS)
      .filter(([, e]) => e.group === group && e.summary !== '')
      .map(([name, e]) => `  ${name.padEnd(26)}${e.summary}\n`)
      .join('');
  return `Wherry is Kubernetes 1.36 in TypeScript.\n\nUsage: wherry <command> [flags]\n\nClusters:\n${list('Clusters')}\nComponents:\n${list('Components')}\n"wherry <command> --help" shows a command's flags.`;
}

async function versionText(): Promise<string> {
  const { VERSION_INFO } = await import('../../apiserver/version.ts');
  return `Kubernetes ${VERSION_INFO.gitVersion}`;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function fail(text: string, code: number): number {
  process.stderr.write(`wherry: ${text}\n`);
  return code;
}

/** A reader that has seen enough (`wherry status | head`) ends the command, as it ends any other program. */
function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
}

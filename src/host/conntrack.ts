/** The kernel's connection tracking table, by way of the `conntrack` program, in the network namespace of the process. */
import type { IpFamily } from '../base/ip.ts';
import { runCommand, type CommandRunner } from './command.ts';

/** One tracked UDP flow: where the client sent to, and who answers after translation. */
export interface UdpFlow {
  readonly originalDestination: string;
  readonly originalPort: number;
  readonly replySource: string;
  readonly replyPort: number;
}

export interface Conntrack {
  listUdp(family: IpFamily): Promise<UdpFlow[]>;
  /** Forgets every entry with these four values, whoever the client. Returns how many there were. */
  deleteUdp(family: IpFamily, flow: UdpFlow): Promise<number>;
}

export function systemConntrack(run: CommandRunner = runCommand): Conntrack {
  return {
    async listUdp(family) {
      const result = await run('conntrack', ['-L', '-f', familyName(family), '-p', 'udp']);
      if (result.code !== 0) throw new Error(`conntrack: ${result.stderr.trim()}`);
      return parseFlows(result.stdout);
    },
    async deleteUdp(family, flow) {
      const match = ['--orig-dst', flow.originalDestination, '--orig-port-dst', String(flow.originalPort)];
      const reply = ['--reply-src', flow.replySource, '--reply-port-src', String(flow.replyPort)];
      const result = await run('conntrack', ['-D', '-f', familyName(family), '-p', 'udp', ...match, ...reply]);
      // Exit code 1 with "0 flow entries": they ended by themselves in the meantime.
      const deleted = /(\d+) flow entries have been deleted/.exec(result.stderr);
      if (!deleted) throw new Error(`conntrack: ${result.stderr.trim()}`);
      return Number(deleted[1]);
    },
  };
}

/** Reads `conntrack -L` lines: the first src/dst/sport/dport group is the original direction, the second the reply. */
export function parseFlows(text: string): UdpFlow[] {
  const flows: UdpFlow[] = [];
  for (const line of text.split('\n')) {
    const fields = [...line.matchAll(/\b(src|dst|sport|dport)=(\S+)/g)].map((m) => m[2] ?? '');
    // src dst sport dport | src dst sport dport
    const [, originalDestination, , originalPort, replySource, , replyPort] = fields;
    if (fields.length < 8 || !originalDestination || !replySource) continue;
    flows.push({ originalDestination, originalPort: Number(originalPort), replySource, replyPort: Number(replyPort) });
  }
  return flows;
}

function familyName(family: IpFamily): string {
  return family === 4 ? 'ipv4' : 'ipv6';
}

/** Network namespaces with small servers and clients inside, for tests on the real kernel. Needs root and the `ip` program. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { prefixedRunner, runCommand, type CommandRunner } from '../../host/command.ts';

export interface Reply {
  readonly ok: boolean;
  /** What the server said, or the error code (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ECONNRESET). */
  readonly text: string;
}

/** One namespace with an agent process in it, which serves and calls on request. */
export class Netns {
  readonly name: string;
  readonly run: CommandRunner;
  #agent: ChildProcess | undefined;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #next = 1;

  constructor(name: string) {
    this.name = name;
    this.run = prefixedRunner(['ip', 'netns', 'exec', name]);
  }

  /** Runs a program in the namespace; rejects when it fails. */
  async sh(command: string): Promise<string> {
    const result = await this.run('sh', ['-ec', command]);
    if (result.code !== 0) throw new Error(`in ${this.name}: ${command}: ${result.stderr}`);
    return result.stdout;
  }

  /** Answers `<label> <peer address>` to everything that arrives. */
  async serve(protocol: 'tcp' | 'udp', address: string, port: number, label: string): Promise<void> {
    const reply = await this.#call({ op: 'serve', protocol, address, port, label });
    if (!reply.ok) throw new Error(`serve ${protocol} ${address}:${port} in ${this.name}: ${reply.text}`);
  }

  /** One request from a fresh socket (or from `localPort`). */
  request(
    protocol: 'tcp' | 'udp',
    address: string,
    port: number,
    options: { localPort?: number; timeoutMs?: number } = {},
  ): Promise<Reply> {
    return this.#call({ op: 'request', protocol, address, port, localPort: options.localPort ?? 0, timeoutMs: options.timeoutMs ?? 5000 });
  }

  /** Sends a DNS message (UDP) and gives the answer in hex. */
  dns(address: string, port: number, messageHex: string): Promise<Reply> {
    return this.#call({ op: 'raw', address, port, hex: messageHex, timeoutMs: 2000 });
  }

  close(): void {
    this.#agent?.kill('SIGKILL');
  }

  #call(message: object): Promise<Reply> {
    const agent = this.#start();
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      agent.stdin?.write(`${JSON.stringify({ id, ...message })}\n`);
    });
  }

  #start(): ChildProcess {
    if (this.#agent) return this.#agent;
    const script = fileURLToPath(new URL('./netns-agent.ts', import.meta.url));
    const agent = spawn('ip', ['netns', 'exec', this.name, process.execPath, script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#agent = agent;
    let buffered = '';
    agent.stdout?.on('data', (chunk: Buffer) => {
      buffered += chunk.toString();
      for (let end = buffered.indexOf('\n'); end >= 0; end = buffered.indexOf('\n')) {
        const reply = JSON.parse(buffered.slice(0, end)) as Reply & { id: number };
        buffered = buffered.slice(end + 1);
        this.#waiting.get(reply.id)?.({ ok: reply.ok, text: reply.text });
        this.#waiting.delete(reply.id);
      }
    });
    return agent;
  }
}

/** A node with a bridge, its pods, and something outside the cluster. */
export interface Lab {
  readonly node: Netns;
  /** By name; addresses are 10.244.0.<10 + index>. */
  readonly pods: readonly Netns[];
  readonly outside: Netns;
  close(): Promise<void>;
}

export const LAB = {
  nodeIP: '192.168.77.1',
  outsideIP: '192.168.77.2',
  podCIDR: '10.244.0.0/24',
  gateway: '10.244.0.1',
  bridge: 'cbr0',
} as const;

/** `prefix`: short and unlike that of any other test that may run at the same time. */
export async function createLab(prefix: string, podCount: number): Promise<Lab> {
  const node = new Netns(`${prefix}-node`);
  const outside = new Netns(`${prefix}-out`);
  const pods = Array.from({ length: podCount }, (_, i) => new Netns(`${prefix}-p${i}`));
  const all = [node, outside, ...pods];
  const lab: Lab = {
    node,
    pods,
    outside,
    close: async () => {
      for (const ns of all) ns.close();
      for (const ns of all) await runCommand('ip', ['netns', 'del', ns.name]);
    },
  };
  await lab.close();
  for (const ns of all) await must(runCommand, 'ip', ['netns', 'add', ns.name]);
  for (const ns of all) await ns.sh('ip link set lo up');
  await node.sh(`
    ip link add ${LAB.bridge} type bridge && ip addr add ${LAB.gateway}/24 dev ${LAB.bridge} && ip link set ${LAB.bridge} up
    sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1
    ip link add up0 type veth peer name eth0 netns ${outside.name} && ip addr add ${LAB.nodeIP}/24 dev up0 && ip link set up0 up
    ip route add default via ${LAB.outsideIP}`);
  await outside.sh(`ip addr add ${LAB.outsideIP}/24 dev eth0 && ip link set eth0 up && ip route add default via ${LAB.nodeIP}`);
  for (const [i, pod] of pods.entries()) {
    await node.sh(
      `ip link add v${i} type veth peer name eth0 netns ${pod.name} && ip link set v${i} master ${LAB.bridge} up && ip link set v${i} type bridge_slave hairpin on`,
    );
    await pod.sh(`ip addr add ${podIP(i)}/24 dev eth0 && ip link set eth0 up && ip route add default via ${LAB.gateway}`);
  }
  return lab;
}

/** Address of the lab's pod number `index`. */
export function podIP(index: number): string {
  return `10.244.0.${10 + index}`;
}

async function must(run: CommandRunner, file: string, args: readonly string[]): Promise<void> {
  const result = await run(file, args);
  if (result.code !== 0) throw new Error(`${file} ${args.join(' ')}: ${result.stderr}`);
}

/** Waits until `check` is true. Throws with `what` after 5 s. */
export async function eventually(what: string, check: () => boolean | Promise<boolean>, timeoutMs = 5000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

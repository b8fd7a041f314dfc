/** The process that netns.ts starts inside a namespace: reads commands as JSON lines from standard input, answers on standard output. */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

interface Command {
  readonly id: number;
  readonly op: 'serve' | 'request' | 'raw';
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly label: string;
  readonly localPort: number;
  readonly timeoutMs: number;
  readonly hex: string;
}

type Answer = (ok: boolean, text: string) => void;

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line) as Command;
  const answer: Answer = (ok, text) => process.stdout.write(`${JSON.stringify({ id: command.id, ok, text })}\n`);
  if (command.op === 'raw') return requestUdp(command, Buffer.from(command.hex, 'hex'), 'hex', answer);
  if (command.op === 'serve') return command.protocol === 'tcp' ? serveTcp(command, answer) : serveUdp(command, answer);
  return command.protocol === 'tcp' ? requestTcp(command, answer) : requestUdp(command, Buffer.from('hello'), 'utf8', answer);
});
process.stdin.on('end', () => process.exit(0));

function serveTcp({ address, port, label }: Command, answer: Answer): void {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${label} ${socket.remoteAddress?.replace('::ffff:', '')}`);
  });
  server.on('error', (error) => answer(false, error.message));
  server.listen(port, address, () => answer(true, ''));
}

function serveUdp({ address, port, label }: Command, answer: Answer): void {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (_, peer) => socket.send(`${label} ${peer.address}`, peer.port, peer.address));
  socket.on('error', (error) => answer(false, error.message));
  socket.bind(port, address, () => answer(true, ''));
}

function requestTcp({ address, port, localPort, timeoutMs }: Command, answer: Answer): void {
  const socket = connect({ host: address, port, ...(localPort ? { localPort } : {}) });
  let text = '';
  let done = false;
  const finish = (ok: boolean, what: string) => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    socket.destroy();
    answer(ok, what);
  };
  const timer = setTimeout(() => finish(false, 'ETIMEDOUT'), timeoutMs);
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('end', () => finish(true, text));
  socket.on('error', (error: NodeJS.ErrnoException) => finish(false, error.code ?? error.message));
}

function requestUdp({ address, port, localPort, timeoutMs }: Command, message: Buffer, encoding: 'utf8' | 'hex', answer: Answer): void {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  let done = false;
  const finish = (ok: boolean, what: string) => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    socket.close();
    answer(ok, what);
  };
  const timer = setTimeout(() => finish(false, 'ETIMEDOUT'), timeoutMs);
  socket.on('message', (reply) => finish(true, reply.toString(encoding)));
  socket.on('error', (error: NodeJS.ErrnoException) => finish(false, error.code ?? error.message));
  // Connected, so that the kernel reports ICMP errors as ECONNREFUSED.
  const send = () => socket.connect(port, address, () => socket.send(message));
  if (localPort) socket.bind(localPort, send);
  else send();
}

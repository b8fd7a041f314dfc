/** One probe of a container (https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/). */
import type { Container, Pod, PodStatus, Probe } from '../../api/core/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import { GrpcCode, GrpcError, openGrpcChannel } from '../../host/grpc-channel.ts';
import { HttpTimeoutError, type HttpGetRequest, type HttpGetResponse } from '../../host/http-get.ts';
import { decode } from '../cri/codec/decode.ts';
import { encode } from '../cri/codec/encode.ts';
import { message } from '../cri/codec/message.ts';
import type { Cri } from '../cri/cri.ts';
import { expand } from '../env/expand.ts';
import { formatPod } from '../pod/names.ts';
import { goDuration } from '../util/go-duration.ts';
import { dialError } from './go-net-error.ts';
import { httpActionRequest, resolvePort } from './http-request.ts';

export interface ProbeOutcome {
  /** `unknown`: the probe itself could not be made; the output says why. */
  readonly result: 'success' | 'warning' | 'failure' | 'unknown';
  readonly output: string;
}

export interface ProbeTarget {
  readonly pod: Pod;
  readonly status: PodStatus;
  readonly container: Container;
  readonly containerId: string;
}

export interface ProbeDependencies {
  readonly cri: Cri;
  httpGet(request: HttpGetRequest): Promise<HttpGetResponse>;
  tcpConnect(host: string, port: number, timeoutMs: number): Promise<void>;
}

const MAX_OUTPUT_BYTES = 10 * 1024;
const MAX_REDIRECTS = 10;

/** Never rejects: what goes wrong is an outcome. */
export async function runProbe(probe: Probe, target: ProbeTarget, deps: ProbeDependencies): Promise<ProbeOutcome> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec) return await execProbe(probe.exec.command ?? [], target, timeoutMs, deps);
    if (probe.httpGet) {
      const { url, headers } = httpActionRequest(probe.httpGet, target.container, target.status.podIP ?? '', 'probe');
      return await httpProbe(url, headers, timeoutMs, deps);
    }
    if (probe.tcpSocket) {
      const port = resolvePort(probe.tcpSocket.port, target.container);
      return await tcpProbe(probe.tcpSocket.host || (target.status.podIP ?? ''), port, timeoutMs, deps);
    }
    if (probe.grpc) return await grpcProbe(target.status.podIP ?? '', probe.grpc.port, probe.grpc.service ?? '', timeoutMs);
    return { result: 'unknown', output: `missing probe handler for ${formatPod(target.pod)}:${target.container.name}` };
  } catch (error) {
    return { result: 'unknown', output: errorMessage(error) };
  }
}

async function execProbe(
  command: readonly string[],
  target: ProbeTarget,
  timeoutMs: number,
  { cri }: ProbeDependencies,
): Promise<ProbeOutcome> {
  const env = new Map((target.container.env ?? []).map((variable) => [variable.name, variable.value ?? '']));
  const cmd = command.map((part) => expand(part, (name) => env.get(name)));
  try {
    const result = await cri.execSync(
      { containerId: target.containerId, cmd, timeout: timeoutMs / 1000 },
      { timeoutMs: timeoutMs + 120_000 },
    );
    const output = Buffer.concat([result.stdout, result.stderr]).subarray(0, MAX_OUTPUT_BYTES).toString('utf8');
    return { result: result.exitCode === 0 ? 'success' : 'failure', output };
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error;
    if (error.code === GrpcCode.DeadlineExceeded)
      return { result: 'failure', output: `command timed out: "${cmd.join(' ')}" timed out after ${goDuration(timeoutMs)}` };
    throw new Error(error.goText);
  }
}

async function httpProbe(first: URL, headers: [string, string][], timeoutMs: number, deps: ProbeDependencies): Promise<ProbeOutcome> {
  let url = first;
  for (let redirects = 0; ; redirects++) {
    let response: HttpGetResponse;
    try {
      response = await deps.httpGet({ url, headers, timeoutMs, maxBodyBytes: MAX_OUTPUT_BYTES });
    } catch (error) {
      const why: string =
        error instanceof HttpTimeoutError
          ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
          : dialError(error, bareHost(url), portOf(url));
      return { result: 'failure', output: `Get "${url.href}": ${why}` };
    }
    const { status, body } = response;
    const next = status >= 300 && status < 400 ? redirectTarget(response, url) : undefined;
    // Redirects are followed only within the same host.
    if (next && next.hostname === first.hostname) {
      if (redirects >= MAX_REDIRECTS) return { result: 'failure', output: `Get "${next.href}": stopped after ${MAX_REDIRECTS} redirects` };
      url = next;
      continue;
    }
    if (status >= 300 && status < 400) return { result: 'warning', output: `Probe terminated redirects, Response body: ${body}` };
    if (status >= 200 && status < 300) return { result: 'success', output: body };
    return { result: 'failure', output: `HTTP probe failed with statuscode: ${status}` };
  }
}

function redirectTarget({ status, headers }: HttpGetResponse, from: URL): URL | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || typeof location !== 'string') return undefined;
  return URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

async function tcpProbe(host: string, port: number, timeoutMs: number, { tcpConnect }: ProbeDependencies): Promise<ProbeOutcome> {
  try {
    await tcpConnect(host, port, timeoutMs);
    return { result: 'success', output: '' };
  } catch (error) {
    return { result: 'failure', output: dialError(error, host, port) };
  }
}

const HealthCheckRequest = message({ service: [1, 'string'] });
const HealthCheckResponse = message({ status: [1, 'int32'] });
const SERVING = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

async function grpcProbe(host: string, port: number, service: string, timeoutMs: number): Promise<ProbeOutcome> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const channel = openGrpcChannel(address);
  try {
    const bytes = await channel.unary('/grpc.health.v1.Health/Check', encode(HealthCheckRequest, { service }), { timeoutMs });
    const { status } = decode(HealthCheckResponse, bytes);
    if (status === 1) return { result: 'success', output: 'service healthy' };
    return { result: 'failure', output: `service unhealthy (responded with "${SERVING[status] ?? status}")` };
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error;
    return { result: 'failure', output: grpcFailure(error, address, timeoutMs) };
  } finally {
    channel.close();
  }
}

function grpcFailure(error: GrpcError, address: string, timeoutMs: number): string {
  switch (error.code) {
    case GrpcCode.Unimplemented:
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.message}`;
    case GrpcCode.DeadlineExceeded:
      return `timeout: health rpc did not complete within ${goDuration(timeoutMs)}`;
    case GrpcCode.Unavailable:
      return `timeout: failed to connect service "${address}" within ${goDuration(timeoutMs)}: context deadline exceeded`;
    default:
      return `error: health rpc probe failed: ${error.goText}`;
  }
}

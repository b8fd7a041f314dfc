/** The server's routes over the kubelet's parts. */
import type { HttpsServer } from '../../host/https-server.ts';
import type { KubeletSettings } from '../defaults.ts';
import type { KubeletParts } from '../parts.ts';
import { Authenticator } from './authenticate.ts';
import { Authorizer } from './authorize.ts';
import { configz } from './configz.ts';
import { containerLogs } from './container-logs.ts';
import { metricsTexts } from '../metrics/make-metrics.ts';
import { attach, exec } from './exec.ts';
import { healthz } from './healthz.ts';
import { startKubeletServer } from './kubelet-server.ts';
import { metricsText } from './metrics.ts';
import { nodeLogs } from './node-logs.ts';
import { podList, runningPods } from './pods.ts';
import { portForward } from './port-forward.ts';
import type { Route } from './routes.ts';
import { run } from './run.ts';
import { statsSummary } from './stats-summary.ts';
import type { ServerContext } from './types.ts';

const NODE_LOGS = '/var/log';
/** Without a listing of the runtime for this long the kubelet is not well. */
const SILENT_MS = 180_000;

/** Undefined when the kubelet was not told how to serve. */
export function makeServer(settings: KubeletSettings, parts: KubeletParts): Promise<HttpsServer> | undefined {
  const { serving, client, clock, log, nodeName } = settings;
  if (!serving) return undefined;
  const context: ServerContext = { nodeName, clock, log, cri: parts.cri, pods: parts.pods, statuses: parts.statuses, cache: parts.cache };
  const routes = kubeletRoutes(settings, parts, context);
  return startKubeletServer({
    port: settings.port,
    address: settings.address,
    tls: { cert: serving.cert, key: serving.key, clientCA: serving.clientCA },
    log,
    authenticator: new Authenticator(client, clock),
    authorizer: new Authorizer(client, nodeName, clock),
    routes: () => routes,
  });
}

function kubeletRoutes(settings: KubeletSettings, parts: KubeletParts, context: ServerContext): Route[] {
  const get = ['GET'];
  const both = ['GET', 'POST'];
  const health = healthz([
    ['ping', () => undefined],
    ['log', () => undefined],
    [
      'syncloop',
      () => (settings.clock.monotonic() - parts.cache.lastRelist > SILENT_MS ? 'the runtime has not been listed for long' : undefined),
    ],
  ]);
  const [logs, command, attached, forward] = [containerLogs(context), exec(context), attach(context), portForward(context)];
  const runCommand = run(context);
  const files = nodeLogs(NODE_LOGS);
  const texts = metricsTexts({ ...parts, clock: settings.clock });
  return [
    { methods: get, path: '/healthz', handle: health },
    { methods: get, path: '/healthz/{name}', handle: health },
    { methods: get, path: '/pods', handle: podList(context) },
    { methods: get, path: '/runningpods', handle: runningPods(context) },
    { methods: get, path: '/stats/summary', handle: statsSummary(parts.stats) },
    { methods: get, path: '/metrics', handle: metricsText(() => texts.kubelet()) },
    { methods: get, path: '/metrics/resource', handle: metricsText(() => texts.resource()) },
    { methods: get, path: '/metrics/cadvisor', handle: metricsText(() => texts.cadvisor()) },
    { methods: get, path: '/metrics/probes', handle: metricsText(() => parts.probeMetrics.render()) },
    { methods: get, path: '/configz', handle: configz(settings) },
    { methods: get, path: '/containerLogs/{podNamespace}/{podID}/{containerName}', handle: logs },
    { methods: both, path: '/exec/{podNamespace}/{podID}/{containerName}', upgrade: command },
    { methods: both, path: '/exec/{podNamespace}/{podID}/{uid}/{containerName}', upgrade: command },
    { methods: both, path: '/attach/{podNamespace}/{podID}/{containerName}', upgrade: attached },
    { methods: both, path: '/attach/{podNamespace}/{podID}/{uid}/{containerName}', upgrade: attached },
    { methods: both, path: '/portForward/{podNamespace}/{podID}', upgrade: forward },
    { methods: both, path: '/portForward/{podNamespace}/{podID}/{uid}', upgrade: forward },
    { methods: ['POST'], path: '/run/{podNamespace}/{podID}/{containerName}', handle: runCommand },
    { methods: ['POST'], path: '/run/{podNamespace}/{podID}/{uid}/{containerName}', handle: runCommand },
    { methods: get, path: '/logs', handle: files },
    { methods: get, path: '/logs/{logpath:*}', handle: files },
  ];
}

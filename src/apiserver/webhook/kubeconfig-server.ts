import { parseKubeconfig } from '../../client/kubeconfig.ts';
import { restConfig, type Material } from '../../client/rest-config.ts';
import { readTextIfExists } from '../../host/files.ts';
import type { JsonQuestion } from './json-exchange.ts';

export type RemoteServer = Pick<JsonQuestion, 'authority' | 'path' | 'tls' | 'locate' | 'headers'>;

/** The server that a kubeconfig's current context names, as webhook authenticators are configured: every question goes to its exact URL. */
export function kubeconfigServer(text: string, path: string): RemoteServer {
  const config = restConfig(parseKubeconfig(text, path));
  const url = new URL(config.server);
  if (url.protocol !== 'https:') throw new Error(`${path}: ${config.server} is not reached over https`);
  const at = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443) };
  const [ca, cert, key, token] = [config.ca, config.certificate, config.key, config.token].map(read);
  const basic = config.basic && Buffer.from(`${config.basic.username}:${config.basic.password}`).toString('base64');
  const authorization = token !== undefined ? `Bearer ${token.trim()}` : basic !== undefined ? `Basic ${basic}` : undefined;
  return {
    authority: url.host,
    path: `${url.pathname}${url.search}`,
    tls: {
      verify: config.insecureSkipVerify !== true,
      ...(ca !== undefined && config.insecureSkipVerify !== true && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(config.serverName !== undefined && { serverName: config.serverName }),
    },
    ...(authorization !== undefined && { headers: { authorization } }),
    locate: () => at,
  };
}

function read(material: Material | undefined): string | undefined {
  if (!material) return undefined;
  if ('text' in material) return material.text;
  const text = readTextIfExists(material.file);
  if (text === undefined) throw new Error(`unable to read ${material.file}: no such file`);
  return text;
}

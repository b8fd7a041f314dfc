/** `kube-system/extension-apiserver-authentication`: how servers behind this one know clients and the proxy (pkg/controlplane/controller/clusterauthenticationtrust). */
import type { AnyObject } from '../../api/object.ts';
import { isAlreadyExists } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';

const NAMESPACE = 'kube-system';
const NAME = 'extension-apiserver-authentication';

export interface TrustOptions {
  /** PEM bundles. */
  readonly clientCa?: string;
  readonly requestHeaderCa?: string;
  readonly requestHeader?: { readonly allowedNames: readonly string[]; readonly usernameHeaders: readonly string[]; readonly uidHeaders: readonly string[]; readonly groupHeaders: readonly string[]; readonly extraHeaderPrefixes: readonly string[] };
}

/** Makes the config map, or brings it up to date. */
export async function ensureAuthenticationConfig(registry: RegistryReader, options: TrustOptions): Promise<void> {
  const { requestHeader: h } = options;
  const data: Record<string, string> = {
    ...(options.clientCa && { 'client-ca-file': options.clientCa }),
    ...(options.requestHeaderCa && h && {
      'requestheader-client-ca-file': options.requestHeaderCa,
      'requestheader-allowed-names': JSON.stringify(h.allowedNames),
      'requestheader-username-headers': JSON.stringify(h.usernameHeaders),
      'requestheader-uid-headers': JSON.stringify(h.uidHeaders),
      'requestheader-group-headers': JSON.stringify(h.groupHeaders),
      'requestheader-extra-headers-prefix': JSON.stringify(h.extraHeaderPrefixes),
    }),
  };
  const current = registry.reader('', 'configmaps').get(NAMESPACE, NAME);
  if (current) {
    if (JSON.stringify(current['data']) !== JSON.stringify(data)) await registry.update('', 'configmaps', NAMESPACE, NAME, (object) => ({ ...object, data }));
    return;
  }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace: NAMESPACE } as AnyObject['metadata'], data };
  await registry.create('', 'configmaps', object).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
}

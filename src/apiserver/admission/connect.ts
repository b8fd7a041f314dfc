/** Admission of connections: exec, attach, port forwarding and proxying (k8s.io/apiserver/pkg/endpoints/handlers, ConnectResource). */
import type { AnyObject } from '../../api/object.ts';
import { attributes, type Admission } from '../handlers/admit.ts';
import { isTrue } from '../request-info.ts';
import type { RequestContext } from '../request.ts';
import type { SubresourceHandler } from '../served-resource.ts';

export type ConnectKind =
  'PodExecOptions' | 'PodAttachOptions' | 'PodPortForwardOptions' | 'PodProxyOptions' | 'ServiceProxyOptions' | 'NodeProxyOptions';

/** The same connection, after the admission plugins agreed to it. */
export function admitConnect(handler: SubresourceHandler, kind: ConnectKind, admission: Admission): SubresourceHandler {
  return {
    async handle(context, served) {
      const scope = { admission, context, served, options: {}, dryRun: false, kind: { group: '', version: 'v1', kind } };
      const asked = attributes(scope, 'CONNECT', connectOptions(kind, context), undefined);
      await admission.admit(asked);
      await admission.validate(asked);
      return handler.handle(context, served);
    },
  };
}

/** The query as the object that plugins see. */
function connectOptions(kind: ConnectKind, { request, info }: RequestContext): AnyObject {
  const { query } = request;
  const base = { kind, apiVersion: 'v1' };
  // These have no metadata.
  const made = (fields: Record<string, unknown>) => ({ ...base, ...fields }) as unknown as AnyObject;
  switch (kind) {
    case 'PodExecOptions':
      return made({ ...streams(query), ...(query.has('command') && { command: query.getAll('command') }) });
    case 'PodAttachOptions':
      return made(streams(query));
    case 'PodPortForwardOptions':
      return made({ ...(query.has('ports') && { ports: query.getAll('ports').map(Number) }) });
    default: {
      const path = query.get('path') ?? info.parts.slice(3).join('/');
      return made({ ...(path !== '' && { path }) });
    }
  }
}

/** Output is wanted unless the client says otherwise. */
function streams(query: URLSearchParams): Record<string, unknown> {
  const flag = (name: string, byDefault: boolean) => ((query.has(name) ? isTrue(query.get(name)) : byDefault) ? { [name]: true } : {});
  const container = query.get('container');
  return {
    ...flag('stdin', false),
    ...flag('stdout', true),
    ...flag('stderr', true),
    ...flag('tty', false),
    ...(container && { container }),
  };
}

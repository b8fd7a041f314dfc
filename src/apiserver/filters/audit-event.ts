/** One record of a request at one stage (audit.k8s.io/v1 Event). */
import type { Status } from '../../api/meta/v1.gen.ts';
import { formatMicroTime } from '../../base/clock.ts';
import { isObject, type JsonObject } from '../../machinery/patch/values.ts';
import { headerValue } from '../header-values.ts';
import type { RequestContext, UserInfo } from '../request.ts';
import { atLeast, type AuditConfig, type AuditStage } from './audit-policy.ts';
import { sourceAddresses } from './audit-source.ts';

export interface AuditRecord {
  readonly context: RequestContext;
  readonly config: AuditConfig;
  readonly auditId: string;
  readonly stage: AuditStage;
  readonly atMs: number;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly responseStatus?: Partial<Status>;
}

const MAX_USER_AGENT = 1024;

/** As a JSON value, its fields in upstream's order. */
export function auditEvent(record: AuditRecord): JsonObject {
  const { context, config, stage } = record;
  const { request, info } = context;
  const userAgent = headerValue(request.headers, 'user-agent');
  const query = request.query.toString();
  const received = formatMicroTime(context.receivedAtMs);
  const constraint = context.impersonation?.constraint ?? '';
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: config.level,
    auditID: record.auditId,
    stage,
    requestURI: query === '' ? request.path : `${request.path}?${query}`,
    verb: info.verb,
    user: userInfo(context.user),
    impersonatedUser: context.impersonation && userInfo(context.impersonation.user),
    authenticationMetadata: constraint === '' ? undefined : { impersonationConstraint: constraint },
    sourceIPs: sourceAddresses(request),
    userAgent: (userAgent.length > MAX_USER_AGENT ? `${userAgent.slice(0, MAX_USER_AGENT)}...TRUNCATED` : userAgent) || undefined,
    objectRef: info.isResourceRequest ? objectReference(record) : undefined,
    responseStatus: record.responseStatus && statusFields(record.responseStatus),
    requestObject: atLeast(config.level, 'Request') ? body(record.requestObject, config) : undefined,
    responseObject: atLeast(config.level, 'RequestResponse') ? body(record.responseObject, config) : undefined,
    requestReceivedTimestamp: received,
    stageTimestamp: stage === 'RequestReceived' ? received : formatMicroTime(record.atMs),
    annotations: annotations(record),
  };
}

function userInfo({ name, uid, groups, extra }: UserInfo): JsonObject {
  return {
    username: name || undefined,
    uid: uid || undefined,
    groups: groups.length > 0 ? groups : undefined,
    extra: extra && Object.keys(extra).length > 0 ? extra : undefined,
  };
}

/** What the path does not say, the object that was sent may. */
function objectReference({ context: { info }, requestObject }: AuditRecord): JsonObject {
  const sent = (isObject(requestObject) && isObject(requestObject['metadata']) ? requestObject['metadata'] : {}) as Record<string, string>;
  const fields = {
    resource: info.resource,
    namespace: info.namespace || sent['namespace'],
    name: info.name || sent['name'],
    uid: sent['uid'],
    apiGroup: info.group,
    apiVersion: info.version,
    resourceVersion: sent['resourceVersion'],
    subresource: info.subresource,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}

function statusFields({ status, message, reason, details, code }: Partial<Status>): JsonObject {
  return { metadata: {}, status, message, reason, details, code };
}

function annotations({ context, config }: AuditRecord): JsonObject | undefined {
  // The patches of webhooks are content.
  const shown = [...context.auditAnnotations].filter(([key]) => atLeast(config.level, 'Request') || !key.startsWith('patch.webhook.'));
  return shown.length === 0 ? undefined : Object.fromEntries(shown.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function body(value: unknown, config: AuditConfig): unknown {
  return config.omitManagedFields ? withoutManagedFields(value) : value;
}

/** Of an object, of every item of a list, or of every row of a table. Shares what it keeps. */
function withoutManagedFields(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { metadata, items, rows } = value;
  const out: JsonObject = { ...value };
  if (isObject(metadata) && 'managedFields' in metadata) {
    const { managedFields: _, ...rest } = metadata;
    out['metadata'] = rest;
  }
  if (Array.isArray(items)) out['items'] = items.map(withoutManagedFields);
  if (Array.isArray(rows)) {
    out['rows'] = rows.map((row) => (isObject(row) ? { ...row, object: withoutManagedFields(row['object']) } : (row as unknown)));
  }
  return out;
}

/** Records what is done to the cluster, by whom, and how it ended (k8s.io/apiserver/pkg/endpoints/filters/audit.go). */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Status } from '../../api/meta/v1.gen.ts';
import { internalError, StatusError, unauthorized } from '../../machinery/status-error.ts';
import { isObject } from '../../machinery/patch/values.ts';
import type { ApiResponse, Filter, RequestContext } from '../request.ts';
import { auditEvent, type AuditRecord } from './audit-event.ts';
import { atLeast, auditConfig, type AuditConfig, type AuditPolicy, type AuditStage } from './audit-policy.ts';
import { onEnd } from './response-end.ts';
import { attributesOf } from './authorize.ts';
import { isLongRunning } from './long-running.ts';

export interface AuditOptions {
  readonly policy: AuditPolicy;
  /** Keeps a record. Throws when it cannot: then requests are refused. */
  readonly write: (event: Readonly<Record<string, unknown>>) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Auditor {
  readonly filter: Filter;
  /** Records that somebody could not say who they are. */
  authenticationFailed(context: RequestContext): void;
}

export function auditor(options: AuditOptions): Auditor {
  const begin = (context: RequestContext): Recording | undefined => {
    const config = auditConfig(options.policy, attributesOf(context));
    return config.level === 'None' ? undefined : new Recording(options, context, config);
  };
  return {
    filter: (next) => async (context) => {
      const recording = begin(context);
      if (!recording) return next(context);
      // Nobody may act unseen.
      if (!recording.report('RequestReceived')) throw internalError('failed to store audit event');
      context.audited = recording;
      return recording.follow(() => next(context));
    },
    authenticationFailed(context) {
      begin(context)?.refused();
    },
  };
}

class Recording {
  readonly #o: AuditOptions;
  readonly #context: RequestContext;
  readonly #config: AuditConfig;
  #requestObject: unknown;
  #responseObject: unknown;
  #status: Partial<Status> | undefined;

  constructor(options: AuditOptions, context: RequestContext, config: AuditConfig) {
    this.#o = options;
    this.#context = context;
    this.#config = config;
  }

  /** Copies: what was sent is changed later. */
  request(body: unknown): void {
    if (atLeast(this.#config.level, 'Request')) this.#requestObject = structuredClone(body);
    else if (isObject(body)) this.#requestObject = { metadata: structuredClone(body['metadata']) };
  }

  response(answer: ApiResponse): void {
    if (answer.type === 'object') this.#responseObject = answer.object;
    if (answer.type !== 'list' || !atLeast(this.#config.level, 'RequestResponse')) return;
    const { kind, apiVersion, metadata } = answer;
    this.#responseObject = { kind, apiVersion, metadata, items: answer.items.map((item) => item.object) };
  }

  /** False when the record could not be kept. */
  report(stage: AuditStage): boolean {
    if (this.#config.omitStages.has(stage)) return true;
    try {
      this.#o.write(auditEvent(this.#record(stage)));
      return true;
    } catch (error) {
      this.#o.log.error('Cannot keep an audit record', error, { stage, auditID: this.#context.auditId });
      return false;
    }
  }

  #record(stage: AuditStage): AuditRecord {
    return {
      context: this.#context,
      config: this.#config,
      auditId: this.#context.auditId ?? '',
      stage,
      atMs: this.#o.clock.now(),
      requestObject: this.#requestObject,
      responseObject: this.#responseObject,
      ...(this.#status && { responseStatus: this.#status }),
    };
  }

  /** Runs the request to its end, which for some comes long after their answer began. */
  async follow(run: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const long = isLongRunning(this.#context.info);
    let answer: ApiResponse;
    try {
      answer = await run();
    } catch (error) {
      if (!(error instanceof StatusError)) return this.#panic(error);
      this.#status = error.status;
      this.#responseObject = error.status;
      if (long) this.report('ResponseStarted');
      this.report('ResponseComplete');
      throw error;
    }
    this.#status = { ...statusOf(this.#responseObject), code: answer.type === 'hijacked' ? 101 : answer.status };
    if (long) this.report('ResponseStarted');
    return onEnd(answer, this.#context.request, () => this.report('ResponseComplete'));
  }

  refused(): void {
    this.#status = unauthorized().status;
    this.report('ResponseStarted');
  }

  #panic(error: unknown): never {
    this.#status = { code: 500, status: 'Failure', reason: 'InternalError', message: `APIServer panic'd: ${String(error)}` };
    this.report('Panic');
    throw error;
  }
}

function statusOf(object: unknown): Partial<Status> | undefined {
  return isObject(object) && object['kind'] === 'Status' ? (object as Partial<Status>) : undefined;
}

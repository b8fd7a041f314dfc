import type { Duplex } from 'node:stream';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { IncomingRequest, OutgoingResponse } from '../../host/https-server.ts';
import type { Cri } from '../cri/cri.ts';
import type { PodCache } from '../pleg/pod-cache.ts';
import type { PodManager } from '../pod/pod-manager.ts';
import type { StatusManager } from '../status/status-manager.ts';

/** What the server's handlers may use. */
export interface ServerContext {
  readonly nodeName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly cri: Cri;
  readonly pods: PodManager;
  readonly statuses: StatusManager;
  readonly cache: PodCache;
}

export interface Exchange {
  readonly request: IncomingRequest;
  readonly response: OutgoingResponse;
  /** Parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>;
}

export interface UpgradeExchange {
  readonly request: IncomingRequest;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly params: Readonly<Record<string, string>>;
}

export type Handler = (exchange: Exchange) => Promise<void>;
export type UpgradeHandler = (exchange: UpgradeExchange) => Promise<void>;

/** An answer other than 200, as plain text. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The pod of a route `/{podNamespace}/{podID}[/{uid}]/...`. Throws 404. */
export function podOf({ pods }: ServerContext, params: Readonly<Record<string, string>>, message = 'pod does not exist'): Pod {
  const pod = pods.byName(params['podNamespace'] ?? '', params['podID'] ?? '');
  if (!pod) throw new HttpError(404, message);
  const uid = params['uid'];
  if (uid && pod.metadata.uid !== pods.translate(uid)) throw new HttpError(404, 'pod not found');
  return pod;
}

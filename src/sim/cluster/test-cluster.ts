import type { Pod } from '../../api/core/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';
import type { UserInfo } from '../../apiserver/request.ts';
import type { ApiServer } from '../../apiserver/server.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import type { Transport } from '../../client/transport.ts';
import type { ExecResult } from '../kubelet-api/sim-kubelet-api.ts';
import type { SimNode } from '../node/sim-node.ts';
import type { NodeSpec } from './cluster-options.ts';

export interface WaitOptions {
  readonly namespace?: string;
  /** How long to wait, in the cluster's time; 30 s. */
  readonly timeoutMs?: number;
}

export interface ExecOptions {
  readonly namespace?: string;
  /** The first one when left out. */
  readonly container?: string;
  readonly stdin?: string;
}

/** A whole control plane in this process, with simulated nodes. */
export interface TestCluster {
  /** As cluster admin (group system:masters). */
  readonly client: Client;
  /** As somebody else: authorisation and admission see that user. `system:authenticated` is added to the groups. */
  clientAs(user: UserInfo): Client;
  transportAs(user: UserInfo): Transport;
  readonly apiServer: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  /** Where HTTPS is served. Throws without `https`. */
  readonly url: string;
  /** Text of a kubeconfig of a cluster admin. Throws without `https`. */
  readonly kubeconfig: string;
  readonly nodes: readonly SimNode[];
  addNode(spec?: NodeSpec): Promise<SimNode>;
  /**
   * Resolves with the object (undefined: it is not there) as soon as `condition` holds of it. Rejects after the timeout, saying what the object
   * was last. Under virtual time it lets time pass.
   */
  waitFor<T extends KubeObject>(
    ref: ResourceRef<T>,
    name: string,
    condition: (object: T | undefined) => boolean,
    options?: WaitOptions,
  ): Promise<T | undefined>;
  /** Runs a command in a container; what simulated containers know is in kubelet-api/exec-program.ts. Rejects when it does not run. */
  exec(pod: string | Pod, command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Under virtual time only: lets time pass, then resolves when everything has come to rest. */
  advance(ms: number): Promise<void>;
  /** Under virtual time only: resolves when nothing happens any more unless time passes. */
  settle(): Promise<void>;
  /** Stops everything; no timer, socket or promise is left. May be called again. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

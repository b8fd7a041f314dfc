import type { ApiServerOptions } from '../../apiserver/server.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ControllerOptions } from '../../controllers/index.ts';
import type { Storage } from '../../storage/storage.ts';
import type { SimNodeOptions } from '../node/sim-node-options.ts';

/** A simulated node; what is left out gets a value of its own (names `node-1`, `node-2`, ...). */
export type NodeSpec = Partial<SimNodeOptions>;

export interface ClusterOptions {
  /** How many simulated nodes, or which; 1. */
  readonly nodes?: number | readonly NodeSpec[];
  /**
   * Time stands still and moves only with `advance()`; a number is the time it starts at, milliseconds since the epoch. With a seed, every run
   * is the same: names, UIDs, revisions, times. False by default: the machine's clock.
   */
  readonly virtualTime?: boolean | number;
  /** Makes names, UIDs and jitter reproducible. Left out: the machine's randomness. */
  readonly seed?: number;
  /** In place of the machine's clock and randomness. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** False: no controllers; a list: only these, by upstream's names (`deployment-controller`). All by default. */
  readonly controllers?: boolean | readonly string[];
  /** False: no scheduler. */
  readonly scheduler?: boolean;
  /** True: serves HTTPS on a free port of the loopback interface, and `kubeconfig` works. */
  readonly https?: boolean;
  /** Nothing is logged when left out. */
  readonly log?: Logger;
  /** Memory when left out. Stays open: it is the caller's. */
  readonly storage?: Storage;
  /** Further options of the API server and of the controllers. */
  readonly apiServer?: Partial<ApiServerOptions>;
  readonly controllerOptions?: Partial<ControllerOptions>;
}

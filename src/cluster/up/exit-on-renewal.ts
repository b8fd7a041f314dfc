import { join } from 'node:path';
import type { Clock, Random } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { readTextIfExists } from '../../host/files.ts';
import { requestTermination } from '../../host/termination.ts';
import type { Cluster } from '../config/open-cluster.ts';
import { ensureCredentials } from './ensure-credentials.ts';

export interface RenewalOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** This process renews; the others look whether it has. */
  readonly renew: boolean;
  /** Certificate whose renewal concerns this process, without extension. */
  readonly certificate?: string;
}

const CHECK_EVERY_MS = 6 * 3600 * 1000;

/**
 * Looks a few times a day whether this process's certificate was issued again, and then ends the process in good order: the supervisor
 * starts it again with the new one. Nothing that runs in containers notices.
 */
export function exitOnRenewal(options: RenewalOptions): void {
  const { cluster, clock, random, log, signal } = options;
  const file = join(cluster.paths.pki, `${options.certificate ?? 'apiserver'}.crt`);
  const used = readTextIfExists(file);
  const check = () => {
    if (signal.aborted) return;
    if (options.renew) renew();
    if (readTextIfExists(file) !== used) {
      log.info('a certificate was renewed: this process ends and is started again', { file });
      requestTermination();
      return;
    }
    clock.schedule(CHECK_EVERY_MS, check);
  };
  const renew = () => {
    try {
      const issued = ensureCredentials(cluster, clock, random);
      if (issued.length) log.info('certificates renewed', { issued });
    } catch (error) {
      log.error('certificates cannot be renewed', error);
    }
  };
  clock.schedule(CHECK_EVERY_MS, check);
}

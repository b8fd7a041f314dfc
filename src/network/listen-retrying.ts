import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { HttpListener, ListenHttp, PlainRequest, PlainResponse } from '../host/http-listener.ts';

export interface ListenRetryingOptions {
  readonly listen: ListenHttp;
  readonly address: string;
  readonly port: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  handler(request: PlainRequest): PlainResponse;
}

const RETRY_MS = 5_000;

/**
 * Opens a health or metrics endpoint. When the port cannot be had it says so and goes on trying every 5 s in the background, as upstream's components
 * do: a busy port must not keep the node without services.
 */
export async function listenRetrying(options: ListenRetryingOptions): Promise<HttpListener> {
  const { listen, address, port, handler } = options;
  try {
    return await listen(address, port, handler);
  } catch (error) {
    options.log.error('Cannot listen, will keep trying', error, { address, port });
  }
  let opened: HttpListener | undefined;
  let closed = false;
  const retry = async (): Promise<void> => {
    while (!opened && !closed && !options.signal.aborted) {
      await options.clock.sleep(RETRY_MS, options.signal).catch(() => undefined);
      if (closed || options.signal.aborted) return;
      opened = await listen(address, port, handler).catch(() => undefined);
    }
    if (closed) await opened?.close();
  };
  const retrying = retry();
  return {
    address,
    port,
    close: async () => {
      closed = true;
      if (options.signal.aborted) await retrying;
      await opened?.close();
    },
  };
}

import type { ContainerLog, LogLine } from '../pod/container-log.ts';
import { isSelected, printLine, selectLines, type LogSelection } from './select-log-lines.ts';

/** A container's log as bytes: what there is, and with `follow` what comes until the container ends or the signal aborts. */
export async function* logStream(log: ContainerLog, selection: LogSelection, follow: boolean, signal: AbortSignal): AsyncGenerator<Buffer> {
  const queue: (LogLine | undefined)[] = selectLines(log.lines, selection);
  let wake = () => {};
  const push = (line: LogLine | undefined) => {
    if (line === undefined || isSelected(line, selection)) queue.push(line);
    wake();
  };
  const onAbort = () => push(undefined);
  const stop = follow ? log.follow(push) : () => {};
  if (!follow) queue.push(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  let left = selection.limitBytes ?? Infinity;
  try {
    while (left > 0 && !signal.aborted) {
      if (queue.length === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const line = queue.shift();
      if (line === undefined) return;
      const bytes = printLine(line, selection).subarray(0, left);
      left -= bytes.length;
      yield bytes;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

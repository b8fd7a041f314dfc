/** Which lines of a log the query of a log request asks for, and how they are written (PodLogOptions). Pure. */
import { formatMicroTime } from '../../base/clock.ts';
import type { LogLine } from '../pod/container-log.ts';

/** The part of the query that chooses lines, read once. */
export interface LogSelection {
  readonly timestamps: boolean;
  readonly sinceMs: number;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  readonly stream: LogLine['stream'] | undefined;
}

export function logSelection(query: URLSearchParams, nowMs: number): LogSelection {
  const number = (name: string) => (query.get(name) ? Number(query.get(name)) : undefined);
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const stream = query.get('stream')?.toLowerCase();
  return {
    timestamps: query.get('timestamps') === 'true',
    sinceMs: sinceSeconds !== undefined ? nowMs - sinceSeconds * 1000 : sinceTime ? Date.parse(sinceTime) : -Infinity,
    tailLines: number('tailLines'),
    limitBytes: number('limitBytes'),
    stream: stream === 'stdout' || stream === 'stderr' ? stream : undefined,
  };
}

/** The lines of a log so far that are asked for. */
export function selectLines(lines: readonly LogLine[], selection: LogSelection): LogLine[] {
  const matching = lines.filter((line) => isSelected(line, selection));
  return selection.tailLines === undefined ? matching : selection.tailLines === 0 ? [] : matching.slice(-selection.tailLines);
}

export function isSelected(line: LogLine, { sinceMs, stream }: LogSelection): boolean {
  return line.at >= sinceMs && (stream === undefined || line.stream === stream);
}

export function printLine(line: LogLine, { timestamps }: LogSelection): Buffer {
  return Buffer.from(timestamps ? `${formatMicroTime(line.at)} ${line.text}` : line.text);
}

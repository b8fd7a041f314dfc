/** A line of a container's log as the runtime writes it: `<time> <stream> <P|F> <text>` (CRI log format). */
export interface CriLogLine {
  /** RFC 3339 with nanoseconds, as it stands. */
  readonly timestamp: string;
  readonly stream: 'stdout' | 'stderr';
  /** The text goes on in the next line. */
  readonly partial: boolean;
  /** With a line feed when it is the end of what the container wrote as one line. */
  readonly content: Buffer;
}

const SPACE = 0x20;
const COLON = 0x3a;
const PARTIAL = 0x50;
const LINE_FEED = Buffer.from('\n');

/** Undefined for bytes that are no such line. `line` comes without its line feed. */
export function parseCriLogLine(line: Buffer): CriLogLine | undefined {
  const afterTime = line.indexOf(SPACE);
  const afterStream = line.indexOf(SPACE, afterTime + 1);
  if (afterTime < 0 || afterStream < 0) return undefined;
  const stream = line.toString('latin1', afterTime + 1, afterStream);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  let afterTag = line.indexOf(SPACE, afterStream + 1);
  if (afterTag < 0) afterTag = line.length;
  const colon = line.indexOf(COLON, afterStream + 1);
  const tagEnd = colon >= 0 && colon < afterTag ? colon : afterTag;
  const partial = line[afterStream + 1] === PARTIAL && tagEnd === afterStream + 2;
  const text = line.subarray(Math.min(afterTag + 1, line.length));
  return { timestamp: line.toString('latin1', 0, afterTime), stream, partial, content: partial ? text : Buffer.concat([text, LINE_FEED]) };
}

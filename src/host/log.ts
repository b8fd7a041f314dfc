import { errorMessage, type LogFields, type Logger } from '../base/log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Writes `time level component message key=value` lines to a stream (standard error when left out). */
export function lineLogger(options: { readonly level?: LogLevel; readonly component?: string; readonly write?: (line: string) => void } = {}): Logger {
  const threshold = ORDER[options.level ?? 'info'];
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const make = (bound: LogFields): Logger => {
    const emit = (level: LogLevel, message: string, fields: LogFields | undefined) => {
      if (ORDER[level] < threshold) return;
      const pairs = Object.entries({ ...bound, ...fields }).map(([k, v]) => ` ${k}=${render(v)}`);
      write(`${new Date().toISOString()} ${level.toUpperCase().padEnd(5)} ${options.component ? `${options.component}: ` : ''}${message}${pairs.join('')}\n`);
    };
    return {
      debug: (m, f) => emit('debug', m, f),
      info: (m, f) => emit('info', m, f),
      warn: (m, f) => emit('warn', m, f),
      error: (m, e, f) => emit('error', m, { ...f, err: e instanceof Error && threshold === 0 ? (e.stack ?? e.message) : errorMessage(e) }),
      with: (f) => make({ ...bound, ...f }),
    };
  };
  return make({});
}

function render(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text !== undefined && /[\s"=]/.test(text) ? JSON.stringify(text) : (text ?? 'undefined');
}

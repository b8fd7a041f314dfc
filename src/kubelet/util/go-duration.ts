/** A duration as Go prints it: `1m20s`, `1.5s`, `250ms`, `0s`. `ms` may be fractional, down to nanoseconds. */
export function goDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const nanos = Math.round(Math.abs(ms) * 1e6);
  if (nanos < 1e3) return `${sign}${nanos}ns`;
  if (nanos < 1e6) return `${sign}${trim(nanos / 1e3, 3)}µs`;
  if (nanos < 1e9) return `${sign}${trim(nanos / 1e6, 6)}ms`;
  const totalSeconds = Math.floor(nanos / 1e9);
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor((totalSeconds % 3600) / 60);
  const seconds = trim((totalSeconds % 60) + (nanos % 1e9) / 1e9, 9);
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}

function trim(value: number, places: number): string {
  return value.toFixed(places).replace(/\.?0+$/, '');
}

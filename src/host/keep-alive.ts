/** Keeps the process running though nothing else would, until the returned function is called. (Timers of the Clock do not.) */
export function keepAlive(): () => void {
  const handle = setInterval(() => {}, 0x7fffffff);
  return () => clearInterval(handle);
}

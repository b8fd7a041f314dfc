/** Resolves true when all informers have synced, false when the signal aborts first. */
export async function syncedOrStopped(signal: AbortSignal, informers: readonly { synced(): Promise<void> }[]): Promise<boolean> {
  if (signal.aborted) return false;
  let onAbort = () => {};
  const stopped = new Promise<boolean>((resolve) => {
    onAbort = () => resolve(false);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  const synced = Promise.all(informers.map((i) => i.synced())).then(() => true);
  try {
    return await Promise.race([stopped, synced]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

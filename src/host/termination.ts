/** A signal that aborts when the process is asked to end (SIGTERM, SIGINT). A second request ends it at once. */
export function terminationSignal(): AbortSignal {
  const controller = new AbortController();
  const end = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    controller.abort(new Error(`asked to end by ${signal}`));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  return controller.signal;
}

/** Asks this process to end in good order, as SIGTERM from outside does. */
export function requestTermination(): void {
  process.kill(process.pid, 'SIGTERM');
}

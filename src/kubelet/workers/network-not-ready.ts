/** The node's network is not there yet; pods that need it are tried again soon. */
export class NetworkNotReadyError extends Error {
  constructor(why: string) {
    super(`network is not ready: ${why}`);
    this.name = 'NetworkNotReadyError';
  }
}

/** Why a container cannot be started: a reason that the status shows, and a message. */
export class StartError extends Error {
  readonly reason: string;
  /** When trying again makes sense, milliseconds since the epoch; undefined when that is not known. */
  readonly retryAt: number | undefined;

  constructor(reason: string, message: string, retryAt?: number) {
    super(message);
    this.name = 'StartError';
    this.reason = reason;
    this.retryAt = retryAt;
  }
}

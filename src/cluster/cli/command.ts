/** One subcommand of `wherry`. */
export interface Command {
  /** For the list of commands; left out for those that only wherry itself starts. */
  readonly summary?: string;
  /** Resolves with the exit code. UsageError is shown without a stack. */
  run(args: readonly string[]): Promise<number>;
}

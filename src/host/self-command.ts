/** The command line that starts this very program, on the same Node, with other arguments. */
export function selfCommand(...args: readonly string[]): [file: string, ...args: string[]] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? '', ...args];
}

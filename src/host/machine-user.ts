import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

export const machineHostname: () => string = hostname;

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The user's own kubeconfig: the first file KUBECONFIG names, or ~/.kube/config. */
export function userKubeconfig(): string {
  const named = (process.env['KUBECONFIG'] ?? '').split(':').filter(Boolean)[0];
  return named ?? join(homedir(), '.kube/config');
}

/** Where a user without root keeps data and sockets (XDG base directories). */
export function userDirectories(): { data: string; run: string } {
  const data = join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'wherry');
  return { data, run: join(process.env['XDG_RUNTIME_DIR'] ?? join(data, 'run'), 'wherry') };
}

import { findProgram } from '../../host/find-program.ts';
import { isRoot } from '../../host/machine-user.ts';

const PROGRAMS = ['containerd', 'containerd-shim-runc-v2', 'runc', 'ctr', 'nft', 'ip', 'nsenter'];

/** Why containers cannot be run here, with the next step; undefined when nothing speaks against it. */
export function containersProblem(): string | undefined {
  if (!isRoot()) return 'containers need root, so the nodes are simulated: pods run in memory only. For real ones: sudo npm run up';
  const missing = PROGRAMS.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} not found, so the nodes are simulated: pods run in memory only. For real ones: npm run up, which installs what is missing`;
}

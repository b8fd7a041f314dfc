import type { Pod } from '../../api/core/v1.gen.ts';
import { hostPorts, type HostPort } from '../cache/node-info.ts';
import type { Plugin } from '../framework/plugin.ts';
import { unschedulable } from '../framework/status.ts';

const STATE = 'NodePorts';

function conflicts(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}

/** A host port is held by one pod of a node. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  preFilter(state, pod) {
    const wanted = hostPorts(pod);
    state.set(STATE, wanted);
    return wanted.length === 0 ? { skip: true } : undefined;
  },
  filter(state, _pod, node) {
    const wanted = state.get(STATE) as HostPort[];
    for (const other of node.pods.values()) {
      if (hostPorts(other.pod).some((held) => wanted.some((w) => conflicts(w, held)))) return unschedulable('NodePorts', "node(s) didn't have free ports for the requested pod ports");
    }
    return undefined;
  },
  mayHelp: (event, _pod) => (event.resource === 'Pod' && event.action === 'Delete' && hostPorts(event.object as Pod).length > 0) || (event.resource === 'Node' && event.action === 'Add'),
};

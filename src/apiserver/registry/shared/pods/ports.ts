/** Rules of containers' ports. */
import type { Container, ContainerPort } from '../../../../api/core/v1.gen.ts';
import { duplicate, invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isValidPortName } from '../../../../machinery/names.ts';
import { checkChoice, checkPortNum } from '../field-checks.ts';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function checkContainerPorts(ports: readonly ContainerPort[], path: FieldPath, errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach(({ name, containerPort, hostPort, protocol }, i) => {
    const here = path.index(i);
    if (name) {
      const messages = isValidPortName(name);
      for (const message of messages) errors.push(invalid(here.child('name'), name, message));
      if (messages.length === 0 && names.has(name)) errors.push(duplicate(here.child('name'), name));
      else if (messages.length === 0) names.add(name);
    }
    if (!containerPort) errors.push(required(here.child('containerPort')));
    else checkPortNum(containerPort, here.child('containerPort'), errors);
    if (hostPort) checkPortNum(hostPort, here.child('hostPort'), errors);
    checkChoice(protocol, PROTOCOLS, here.child('protocol'), errors);
  });
}

/** `path` is that of the list of containers. */
export function checkHostPortConflicts(containers: readonly Container[], path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  containers.forEach((container, c) =>
    container.ports?.forEach(({ hostPort, hostIP = '', protocol = '' }, p) => {
      if (!hostPort) return;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (seen.has(key)) errors.push(duplicate(path.index(c).child('ports').index(p).child('hostPort'), key));
      seen.add(key);
    }),
  );
}

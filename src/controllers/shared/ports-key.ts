import type { EndpointPort } from '../../api/discovery/v1.gen.ts';
import { stableJson } from './hash.ts';

/** A text that is the same for the same endpoint ports in any order. */
export function portsKey(ports: readonly EndpointPort[]): string {
  const normal = ports.map(({ name = '', protocol = 'TCP', port, appProtocol }) => stableJson({ name, protocol, port, appProtocol }));
  return normal.sort().join();
}

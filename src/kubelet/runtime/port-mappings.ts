import type { Container } from '../../api/core/v1.gen.ts';
import type { Encodable } from '../cri/codec/message.ts';
import { Protocol, type PortMapping } from '../cri/messages/sandbox.ts';

/** Ports of a container, each once. */
export function portMappings(container: Container): Encodable<typeof PortMapping>[] {
  const seen = new Set<string>();
  const out: Encodable<typeof PortMapping>[] = [];
  for (const port of container.ports ?? []) {
    const family = port.hostIP ? (port.hostIP.includes(':') ? 'v6' : 'v4') : 'any';
    const name = port.name || `${family}-${port.protocol ?? 'TCP'}-${port.hostIP ?? ''}:${port.containerPort}:${port.hostPort ?? 0}`;
    if (seen.has(name)) continue;
    seen.add(name);
    out.push({
      protocol: Protocol[(port.protocol as keyof typeof Protocol | undefined) ?? 'TCP'] ?? Protocol.TCP,
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? 0,
      hostIp: port.hostIP ?? '',
    });
  }
  return out;
}

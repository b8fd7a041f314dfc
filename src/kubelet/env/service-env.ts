/** Environment variables that describe services (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables). */
import type { Service } from '../../api/core/v1.gen.ts';

/** Those of a pod: its namespace's services when it wants links, and always `kubernetes` of the default namespace. */
export function serviceEnvironment(services: readonly Service[], namespace: string, enableServiceLinks: boolean): Record<string, string> {
  const chosen = new Map<string, Service>();
  for (const service of services) {
    if (!hasClusterIP(service)) continue;
    const { name } = service.metadata;
    if (service.metadata.namespace === 'default' && name === 'kubernetes') {
      if (!chosen.has(name)) chosen.set(name, service);
    } else if (service.metadata.namespace === namespace && enableServiceLinks) {
      chosen.set(name, service);
    }
  }
  return Object.assign({}, ...[...chosen.values()].map(fromService)) as Record<string, string>;
}

function hasClusterIP(service: Service): boolean {
  const ip = service.spec.clusterIP;
  return ip !== undefined && ip !== '' && ip !== 'None' && (service.spec.ports ?? []).length > 0;
}

function fromService(service: Service): Record<string, string> {
  const name = variableName(service.metadata.name);
  const ip = service.spec.clusterIP ?? '';
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const out: Record<string, string> = {};
  (service.spec.ports ?? []).forEach((port, index) => {
    const protocol = port.protocol || 'TCP';
    const address = `${protocol.toLowerCase()}://${host}:${port.port}`;
    if (index === 0) {
      out[`${name}_SERVICE_HOST`] = ip;
      out[`${name}_SERVICE_PORT`] = String(port.port);
      out[`${name}_PORT`] = address;
    }
    if (port.name) out[`${name}_SERVICE_PORT_${variableName(port.name)}`] = String(port.port);
    const prefix = `${name}_PORT_${port.port}_${protocol.toUpperCase()}`;
    out[prefix] = address;
    out[`${prefix}_PROTO`] = protocol.toLowerCase();
    out[`${prefix}_PORT`] = String(port.port);
    out[`${prefix}_ADDR`] = ip;
  });
  return out;
}

function variableName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}

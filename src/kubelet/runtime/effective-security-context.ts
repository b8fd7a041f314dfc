import type { Container, Pod, SecurityContext } from '../../api/core/v1.gen.ts';

/** The container's security context over the pod's (pkg/securitycontext). */
export function effectiveSecurityContext(pod: Pod, container: Container): SecurityContext {
  const { seLinuxOptions, runAsUser, runAsGroup, runAsNonRoot } = pod.spec.securityContext ?? {};
  const own = Object.entries(container.securityContext ?? {}).filter(([, value]) => value !== undefined && value !== null);
  return { seLinuxOptions, runAsUser, runAsGroup, runAsNonRoot, ...Object.fromEntries(own) };
}

import type { Container, Pod, PodSpec, PodStatus } from '../../api/core/v1.gen.ts';
import type { ObjectMeta } from '../../api/meta/v1.gen.ts';

/** A pod for tests: one container `main` unless the spec says otherwise. */
export function testPod(
  over: { readonly metadata?: Partial<ObjectMeta>; readonly spec?: Partial<PodSpec>; readonly status?: PodStatus } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: '11111111-2222-3333-4444-555555555555',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...over.metadata,
    },
    spec: { containers: [testContainer()], restartPolicy: 'Always', ...over.spec },
    status: over.status ?? {},
  };
}

export function testContainer(over: Partial<Container> = {}): Container {
  return { name: 'main', image: 'localhost/busybox:1', resources: {}, ...over };
}

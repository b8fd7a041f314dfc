/** Objects for tests. */
import type { Deployment } from '../../api/apps/v1.gen.ts';
import type { Job } from '../../api/batch/v1.gen.ts';
import type { Container, Pod, PodSpec } from '../../api/core/v1.gen.ts';
import type { Draft } from '../../api/object.ts';

export interface TemplateOptions {
  readonly image?: string;
  readonly annotations?: Record<string, string>;
  readonly container?: Draft<Container>;
  readonly spec?: Draft<PodSpec>;
}

export function deployment(name: string, replicas: number, options: TemplateOptions = {}): Draft<Deployment> {
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name }, ...(options.annotations && { annotations: options.annotations }) }, spec: podSpec(options) },
    },
  };
}

export function pod(name: string, options: TemplateOptions = {}): Draft<Pod> {
  return { metadata: { name, namespace: 'default', ...(options.annotations && { annotations: options.annotations }) }, spec: podSpec(options) };
}

export function job(name: string, options: TemplateOptions & { readonly completions?: number; readonly backoffLimit?: number } = {}): Draft<Job> {
  const { completions = 1, backoffLimit = 6 } = options;
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      completions,
      parallelism: completions,
      backoffLimit,
      template: {
        metadata: { ...(options.annotations && { annotations: options.annotations }) },
        spec: podSpec({ ...options, spec: { restartPolicy: 'Never', ...options.spec } }),
      },
    },
  };
}

function podSpec({ image = 'web:1', container, spec }: TemplateOptions): Draft<PodSpec> {
  return { containers: [{ name: 'main', image, ...container }], ...spec };
}

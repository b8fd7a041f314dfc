/** The pods of a job: what is added to the template (pkg/controller/job/{job_controller,indexed_job_utils}.go). */
import type { Job } from '../../api/batch/v1.gen.ts';
import type { Container, Pod, PodTemplateSpec } from '../../api/core/v1.gen.ts';
import {
  COMPLETION_INDEX,
  hasBackoffLimitPerIndex,
  INDEX_FAILURES,
  INDEX_IGNORED_FAILURES,
  indexFailures,
  indexIgnoredFailures,
  isIndexed,
  TRACKING_FINALIZER,
} from './job-pods.ts';
import { matchPodFailurePolicy } from './pod-failure-policy.ts';

const ENV = 'JOB_COMPLETION_INDEX';
/** Longest prefix that leaves room for the server's suffix. */
const MAX_GENERATED_NAME = 58;

/** The template with the tracking finalizer, and for an indexed job with the index everywhere it belongs. `replaced`: the failed pod of the index. */
export function jobPodTemplate(job: Job, index: number | undefined, replaced: Pod | undefined): PodTemplateSpec {
  const template = structuredClone(job.spec.template) as PodTemplateSpec;
  const metadata = { ...template.metadata };
  metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), TRACKING_FINALIZER])];
  if (index === undefined || !isIndexed(job)) return { ...template, metadata };
  metadata.annotations = { ...metadata.annotations, [COMPLETION_INDEX]: String(index), ...failureCounts(job, replaced) };
  metadata.labels = { ...metadata.labels, [COMPLETION_INDEX]: String(index) };
  const spec = {
    ...template.spec,
    hostname: `${job.metadata.name}-${index}`,
    containers: template.spec.containers.map(withIndexVariable),
    ...(template.spec.initContainers && { initContainers: template.spec.initContainers.map(withIndexVariable) }),
  };
  return { ...template, metadata, spec };
}

/** `<job>-<index>-`, cut to what the server takes. */
export function indexedGenerateName(jobName: string, index: number): string {
  const suffix = `-${index}-`;
  return `${jobName.slice(0, MAX_GENERATED_NAME - suffix.length)}${suffix}`;
}

function withIndexVariable(container: Container): Container {
  if (container.env?.some((e) => e.name === ENV)) return container;
  const variable = { name: ENV, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } };
  return { ...container, env: [...(container.env ?? []), variable] };
}

function failureCounts(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (!hasBackoffLimitPerIndex(job)) return {};
  let failures = 0;
  let ignored = 0;
  if (replaced) {
    failures = indexFailures(replaced);
    ignored = indexIgnoredFailures(replaced);
    if (matchPodFailurePolicy(job.spec.podFailurePolicy, replaced).counts) failures++;
    else ignored++;
  }
  return { [INDEX_FAILURES]: String(failures), ...(ignored > 0 && { [INDEX_IGNORED_FAILURES]: String(ignored) }) };
}

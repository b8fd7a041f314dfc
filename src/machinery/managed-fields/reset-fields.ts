/** Which fields a request cannot change, because the strategy resets them: they never become the writer's (upstream's GetResetFields). */
import { FieldSet } from './field-set.ts';
import { fieldElement, fieldPathOf, type PathElement } from './path-element.ts';

export interface FieldFilter {
  /** Paths whose fields are left out, with all below them. */
  readonly exclude?: readonly (readonly string[])[];
  /** Paths to whose fields ownership is limited; `*` stands for any item. */
  readonly include?: readonly (readonly string[])[];
}

const STATUS: FieldFilter = { exclude: [['status']] };
const SPEC: FieldFilter = { exclude: [['spec']] };
const SPEC_AND_METADATA: FieldFilter = { exclude: [['spec'], ['metadata']] };

/** `group/resource/subresource`. */
const EXCEPTIONS: Readonly<Record<string, FieldFilter>> = {
  'apps/deployments/status': { exclude: [['spec'], ['metadata', 'labels']] },
  '/pods/status': { exclude: [['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']] },
  '/pods/ephemeralcontainers': { include: [['spec', 'ephemeralContainers']] },
  '/pods/resize': {
    include: [
      ['spec', 'containers', '*', 'resources'],
      ['spec', 'containers', '*', 'resizePolicy'],
      ['spec', 'initContainers', '*', 'resources'],
      ['spec', 'initContainers', '*', 'resizePolicy'],
    ],
  },
  '/namespaces/finalize': STATUS,
  'certificates.k8s.io/certificatesigningrequests/': { exclude: [['spec'], ['status']] },
  'certificates.k8s.io/certificatesigningrequests/status': { exclude: [['spec'], ['status', 'conditions']] },
  'certificates.k8s.io/certificatesigningrequests/approval': { exclude: [['spec'], ['status', 'certificate']] },
};

/** Resources whose status strategy takes back the metadata, too. */
const METADATA_TOO: ReadonlySet<string> = new Set([
  'apiregistration.k8s.io/apiservices',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'internal.apiserver.k8s.io/storageversions',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'networking.k8s.io/servicecidrs',
  'resource.k8s.io/devicetaintrules',
  'resource.k8s.io/resourceclaims',
  'resource.k8s.io/resourcepoolstatusrequests',
  'scheduling.k8s.io/podgroups',
  'storage.k8s.io/volumeattachments',
  'storagemigration.k8s.io/storageversionmigrations',
]);

/** The same for custom resources. */
export function customFilter(subresources: readonly string[], subresource: string): FieldFilter | undefined {
  if (!subresources.includes('status')) return undefined;
  return subresource === '' ? STATUS : subresource === 'status' ? SPEC_AND_METADATA : undefined;
}

/** `subresources`: names of those the resource has; `subresource`: '' for the object itself. */
export function builtinFilter(
  group: string,
  resource: string,
  subresources: readonly string[],
  subresource: string,
): FieldFilter | undefined {
  const exception = EXCEPTIONS[`${group}/${resource}/${subresource}`];
  if (exception) return exception;
  if (!subresources.includes('status')) return undefined;
  if (subresource === '') return STATUS;
  if (subresource !== 'status') return undefined;
  return METADATA_TOO.has(`${group}/${resource}`) ? SPEC_AND_METADATA : SPEC;
}

/** What the filter leaves of a set. */
export function filterFields(filter: FieldFilter): (set: FieldSet) => FieldSet {
  const exclude = filter.exclude && FieldSet.of(...filter.exclude.map((path) => fieldPathOf(...path)));
  return (set) => {
    const included = filter.include ? includeOnly(set, filter.include) : set;
    return exclude ? included.recursiveDifference(exclude) : included;
  };
}

/** Fields at, above (as far as members go) and below the patterns. */
function includeOnly(set: FieldSet, patterns: readonly (readonly string[])[]): FieldSet {
  const matches = (pattern: readonly string[], element: PathElement) => pattern[0] === '*' || fieldElement(pattern[0] ?? '') === element;
  const members = new Set<PathElement>();
  for (const member of set.members) if (patterns.some((p) => matches(p, member))) members.add(member);
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of set.children) {
    const rest = patterns.filter((p) => matches(p, element)).map((p) => p.slice(1));
    const kept = rest.some((p) => p.length === 0) ? child : rest.length > 0 ? includeOnly(child, rest) : undefined;
    if (kept && !kept.empty) children.set(element, kept);
  }
  return new FieldSet(members, children);
}

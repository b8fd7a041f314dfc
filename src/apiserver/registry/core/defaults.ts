/** Defaults of the smaller core kinds (pkg/apis/core/v1/defaults.go). */
import type {
  EndpointPort,
  LimitRangeItem,
  Namespace,
  NamespaceStatus,
  NodeSpec,
  NodeStatus,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  ReplicationController,
  Secret,
} from '../../../api/core/v1.gen.ts';
import { Quantity } from '../../../machinery/quantity.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';
import { podDefaults } from './pods/defaults.ts';
import { serviceDefaults } from './services/defaults.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';
const MILLI_SCALE = -3;
/** Only canonical texts with these endings hold less than thousandths. */
const FINER_THAN_MILLI = /[nu]$|e-/;

export const coreDefaults: DefaultRules = {
  ...podDefaults,
  ...serviceDefaults,
  'core/v1.Secret': rule<Secret>((secret) => {
    secret.type ||= 'Opaque';
    // Plain texts are only a way to write; they are stored with the rest.
    for (const [key, value] of Object.entries(secret.stringData ?? {})) (secret.data ??= {})[key] = Buffer.from(value).toString('base64');
    delete secret.stringData;
  }),
  'core/v1.NodeSpec': rule<NodeSpec>((spec) => {
    const [first] = spec.podCIDRs ?? [];
    if (spec.podCIDR && spec.podCIDR !== first) spec.podCIDRs = [spec.podCIDR];
    else if (first) spec.podCIDR = first;
  }),
  'core/v1.PersistentVolume': rule<PersistentVolume>((volume) => {
    volume.status ??= {};
    volume.status.phase ||= 'Pending';
    volume.spec.persistentVolumeReclaimPolicy ||= 'Retain';
    volume.spec.volumeMode ??= 'Filesystem';
  }),
  'core/v1.PersistentVolumeClaim': rule<PersistentVolumeClaim>((claim) => {
    claim.status ??= {};
    claim.status.phase ||= 'Pending';
  }),
  'core/v1.PersistentVolumeClaimSpec': rule<PersistentVolumeClaimSpec>((spec) => void (spec.volumeMode ??= 'Filesystem')),
  'core/v1.EndpointPort': rule<EndpointPort>((port) => void (port.protocol ||= 'TCP')),
  // The label lets selectors pick a namespace by its name.
  'core/v1.Namespace': rule<Namespace>(({ metadata }) => {
    if (metadata.name) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
  }),
  'core/v1.NamespaceStatus': rule<NamespaceStatus>((status) => void (status.phase ||= 'Active')),
  'core/v1.NodeStatus': rule<NodeStatus>((status) => {
    if (status.allocatable === undefined && status.capacity !== undefined) status.allocatable = { ...status.capacity };
  }),
  'core/v1.LimitRangeItem': rule(defaultLimitRangeItem),
  'core/v1.ReplicationController': rule<ReplicationController>(({ metadata, spec }) => {
    const labels = spec.template?.metadata?.labels;
    if (!labels) return;
    if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  }),
};

function defaultLimitRangeItem(item: LimitRangeItem): void {
  if (item.type !== 'Container') return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

/** Amounts of resources are kept in thousandths at the finest. */
export function roundUpQuantities(quantities: Record<string, string>): void {
  for (const [name, value] of Object.entries(quantities)) {
    if (typeof value === 'string' && FINER_THAN_MILLI.test(value)) quantities[name] = Quantity.parse(value).roundUp(MILLI_SCALE).toString();
  }
}

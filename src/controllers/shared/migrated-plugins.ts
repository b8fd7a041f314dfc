/** In-tree volume plugins whose work CSI drivers do now (k8s.io/csi-translation-lib). */
import type { PersistentVolume } from '../../api/core/v1.gen.ts';

const PLUGINS = [
  { source: 'awsElasticBlockStore', plugin: 'kubernetes.io/aws-ebs', driver: 'ebs.csi.aws.com' },
  { source: 'azureDisk', plugin: 'kubernetes.io/azure-disk', driver: 'disk.csi.azure.com' },
  { source: 'azureFile', plugin: 'kubernetes.io/azure-file', driver: 'file.csi.azure.com' },
  { source: 'cinder', plugin: 'kubernetes.io/cinder', driver: 'cinder.csi.openstack.org' },
  { source: 'gcePersistentDisk', plugin: 'kubernetes.io/gce-pd', driver: 'pd.csi.storage.gke.io' },
  { source: 'portworxVolume', plugin: 'kubernetes.io/portworx-volume', driver: 'pxd.portworx.com' },
  { source: 'vsphereVolume', plugin: 'kubernetes.io/vsphere-volume', driver: 'csi.vsphere.vmware.com' },
] as const;

/** The driver that took over from the in-tree plugin. */
export function migratedDriver(plugin: string): string | undefined {
  return PLUGINS.find((p) => p.plugin === plugin)?.driver;
}

/** The in-tree plugin that the volume's source belonged to, and its driver now; undefined for other sources. */
export function migratedPluginOf(volume: PersistentVolume): { readonly plugin: string; readonly driver: string } | undefined {
  return PLUGINS.find((p) => volume.spec[p.source] !== undefined);
}

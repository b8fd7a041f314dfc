import type { Pod } from '../../api/core/v1.gen.ts';
import { NamespaceMode } from '../cri/messages/security.ts';

export function networkNamespace(pod: Pod): number {
  return pod.spec.hostNetwork ? NamespaceMode.NODE : NamespaceMode.POD;
}

export function ipcNamespace(pod: Pod): number {
  return pod.spec.hostIPC ? NamespaceMode.NODE : NamespaceMode.POD;
}

export function pidNamespace(pod: Pod): number {
  if (pod.spec.hostPID) return NamespaceMode.NODE;
  return pod.spec.shareProcessNamespace ? NamespaceMode.POD : NamespaceMode.CONTAINER;
}

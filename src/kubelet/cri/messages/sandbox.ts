import { message, repeated, stringMap } from '../codec/message.ts';
import { LinuxContainerResources } from './resources.ts';
import { Int64Value, NamespaceOption, SecurityProfile, SELinuxOption } from './security.ts';

export const PodSandboxMetadata = message({ name: [1, 'string'], uid: [2, 'string'], namespace: [3, 'string'], attempt: [4, 'uint32'] });

export const DNSConfig = message({ servers: [1, repeated('string')], searches: [2, repeated('string')], options: [3, repeated('string')] });

export const Protocol = { TCP: 0, UDP: 1, SCTP: 2 } as const;

export const PortMapping = message({ protocol: [1, 'int32'], containerPort: [2, 'int32'], hostPort: [3, 'int32'], hostIp: [4, 'string'] });

export const LinuxSandboxSecurityContext = message({
  namespaceOptions: [1, NamespaceOption],
  selinuxOptions: [2, SELinuxOption],
  runAsUser: [3, Int64Value],
  runAsGroup: [8, Int64Value],
  readonlyRootfs: [4, 'bool'],
  supplementalGroups: [5, repeated('int64')],
  supplementalGroupsPolicy: [11, 'int32'],
  privileged: [6, 'bool'],
  seccomp: [9, SecurityProfile],
  apparmor: [10, SecurityProfile],
});

export const LinuxPodSandboxConfig = message({
  cgroupParent: [1, 'string'],
  securityContext: [2, LinuxSandboxSecurityContext],
  sysctls: [3, stringMap],
  overhead: [4, LinuxContainerResources],
  resources: [5, LinuxContainerResources],
});

export const PodSandboxConfig = message({
  metadata: [1, PodSandboxMetadata],
  hostname: [2, 'string'],
  logDirectory: [3, 'string'],
  dnsConfig: [4, DNSConfig],
  portMappings: [5, repeated(PortMapping)],
  labels: [6, stringMap],
  annotations: [7, stringMap],
  linux: [8, LinuxPodSandboxConfig],
});

export const PodSandboxState = { READY: 0, NOTREADY: 1 } as const;

export const PodIP = message({ ip: [1, 'string'] });
export const PodSandboxNetworkStatus = message({ ip: [1, 'string'], additionalIps: [2, repeated(PodIP)] });
export const Namespace = message({ options: [2, NamespaceOption] });
export const LinuxPodSandboxStatus = message({ namespaces: [1, Namespace] });

export const PodSandboxStatus = message({
  id: [1, 'string'],
  metadata: [2, PodSandboxMetadata],
  state: [3, 'int32'],
  createdAt: [4, 'int64'],
  network: [5, PodSandboxNetworkStatus],
  linux: [6, LinuxPodSandboxStatus],
  labels: [7, stringMap],
  annotations: [8, stringMap],
  runtimeHandler: [9, 'string'],
});

export const PodSandbox = message({
  id: [1, 'string'],
  metadata: [2, PodSandboxMetadata],
  state: [3, 'int32'],
  createdAt: [4, 'int64'],
  labels: [5, stringMap],
  annotations: [6, stringMap],
  runtimeHandler: [7, 'string'],
});

export const PodSandboxStateValue = message({ state: [1, 'int32'] });
export const PodSandboxFilter = message({ id: [1, 'string'], state: [2, PodSandboxStateValue], labelSelector: [3, stringMap] });

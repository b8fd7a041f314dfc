import { message, repeated } from '../codec/message.ts';

export const Int64Value = message({ value: [1, 'int64'] });
export const UInt64Value = message({ value: [1, 'uint64'] });

export const NamespaceMode = { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } as const;

export const IDMapping = message({ hostId: [1, 'uint32'], containerId: [2, 'uint32'], length: [3, 'uint32'] });

export const UserNamespace = message({ mode: [1, 'int32'], uids: [2, repeated(IDMapping)], gids: [3, repeated(IDMapping)] });

export const NamespaceOption = message({
  network: [1, 'int32'],
  pid: [2, 'int32'],
  ipc: [3, 'int32'],
  targetId: [4, 'string'],
  usernsOptions: [5, UserNamespace],
});

export const SupplementalGroupsPolicy = { Merge: 0, Strict: 1 } as const;

export const SELinuxOption = message({ user: [1, 'string'], role: [2, 'string'], type: [3, 'string'], level: [4, 'string'] });

export const ProfileType = { RuntimeDefault: 0, Unconfined: 1, Localhost: 2 } as const;

export const SecurityProfile = message({ profileType: [1, 'int32'], localhostRef: [2, 'string'] });

export const Capability = message({
  addCapabilities: [1, repeated('string')],
  dropCapabilities: [2, repeated('string')],
  addAmbientCapabilities: [3, repeated('string')],
});

export const LinuxContainerSecurityContext = message({
  capabilities: [1, Capability],
  privileged: [2, 'bool'],
  namespaceOptions: [3, NamespaceOption],
  selinuxOptions: [4, SELinuxOption],
  runAsUser: [5, Int64Value],
  runAsGroup: [12, Int64Value],
  runAsUsername: [6, 'string'],
  readonlyRootfs: [7, 'bool'],
  supplementalGroups: [8, repeated('int64')],
  supplementalGroupsPolicy: [17, 'int32'],
  noNewPrivs: [11, 'bool'],
  maskedPaths: [13, repeated('string')],
  readonlyPaths: [14, repeated('string')],
  seccomp: [15, SecurityProfile],
  apparmor: [16, SecurityProfile],
  apparmorProfile: [9, 'string'],
});

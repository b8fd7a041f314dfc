import { message, repeated, stringMap } from '../codec/message.ts';
import { ImageSpec } from './image.ts';
import { ContainerResources, LinuxContainerResources } from './resources.ts';
import { IDMapping, LinuxContainerSecurityContext } from './security.ts';

export const ContainerMetadata = message({ name: [1, 'string'], attempt: [2, 'uint32'] });

export const KeyValue = message({ key: [1, 'string'], value: [2, 'bytes'] });

export const MountPropagation = { PRIVATE: 0, HOST_TO_CONTAINER: 1, BIDIRECTIONAL: 2 } as const;

export const Mount = message({
  containerPath: [1, 'string'],
  hostPath: [2, 'string'],
  readonly: [3, 'bool'],
  selinuxRelabel: [4, 'bool'],
  propagation: [5, 'int32'],
  uidMappings: [6, repeated(IDMapping)],
  gidMappings: [7, repeated(IDMapping)],
  recursiveReadOnly: [8, 'bool'],
  image: [9, ImageSpec],
  imageSubPath: [10, 'string'],
});

export const Device = message({ containerPath: [1, 'string'], hostPath: [2, 'string'], permissions: [3, 'string'] });

export const LinuxContainerConfig = message({
  resources: [1, LinuxContainerResources],
  securityContext: [2, LinuxContainerSecurityContext],
});

export const ContainerConfig = message({
  metadata: [1, ContainerMetadata],
  image: [2, ImageSpec],
  command: [3, repeated('string')],
  args: [4, repeated('string')],
  workingDir: [5, 'string'],
  envs: [6, repeated(KeyValue)],
  mounts: [7, repeated(Mount)],
  devices: [8, repeated(Device)],
  labels: [9, stringMap],
  annotations: [10, stringMap],
  logPath: [11, 'string'],
  stdin: [12, 'bool'],
  stdinOnce: [13, 'bool'],
  tty: [14, 'bool'],
  linux: [15, LinuxContainerConfig],
  stopSignal: [18, 'int32'],
});

export const ContainerState = { CREATED: 0, RUNNING: 1, EXITED: 2, UNKNOWN: 3 } as const;

export const ContainerStateValue = message({ state: [1, 'int32'] });

export const ContainerFilter = message({
  id: [1, 'string'],
  state: [2, ContainerStateValue],
  podSandboxId: [3, 'string'],
  labelSelector: [4, stringMap],
});

export const Container = message({
  id: [1, 'string'],
  podSandboxId: [2, 'string'],
  metadata: [3, ContainerMetadata],
  image: [4, ImageSpec],
  imageRef: [5, 'string'],
  state: [6, 'int32'],
  createdAt: [7, 'int64'],
  labels: [8, stringMap],
  annotations: [9, stringMap],
  imageId: [10, 'string'],
});

export const LinuxContainerUser = message({ uid: [1, 'int64'], gid: [2, 'int64'], supplementalGroups: [3, repeated('int64')] });
export const ContainerUser = message({ linux: [1, LinuxContainerUser] });

export const ContainerStatus = message({
  id: [1, 'string'],
  metadata: [2, ContainerMetadata],
  state: [3, 'int32'],
  createdAt: [4, 'int64'],
  startedAt: [5, 'int64'],
  finishedAt: [6, 'int64'],
  exitCode: [7, 'int32'],
  image: [8, ImageSpec],
  imageRef: [9, 'string'],
  reason: [10, 'string'],
  message: [11, 'string'],
  labels: [12, stringMap],
  annotations: [13, stringMap],
  mounts: [14, repeated(Mount)],
  logPath: [15, 'string'],
  resources: [16, ContainerResources],
  imageId: [17, 'string'],
  user: [18, ContainerUser],
  stopSignal: [19, 'int32'],
});

import { message, repeated, stringMap } from '../codec/message.ts';
import { Int64Value, UInt64Value } from './security.ts';

export const ImageSpec = message({
  image: [1, 'string'],
  annotations: [2, stringMap],
  userSpecifiedImage: [18, 'string'],
  runtimeHandler: [19, 'string'],
  imageRef: [20, 'string'],
});

export const Image = message({
  id: [1, 'string'],
  repoTags: [2, repeated('string')],
  repoDigests: [3, repeated('string')],
  size: [4, 'uint64'],
  uid: [5, Int64Value],
  username: [6, 'string'],
  spec: [7, ImageSpec],
  pinned: [8, 'bool'],
});

export const ImageFilter = message({ image: [1, ImageSpec] });

export const AuthConfig = message({
  username: [1, 'string'],
  password: [2, 'string'],
  auth: [3, 'string'],
  serverAddress: [4, 'string'],
  identityToken: [5, 'string'],
  registryToken: [6, 'string'],
});

export const FilesystemIdentifier = message({ mountpoint: [1, 'string'] });

export const FilesystemUsage = message({
  timestamp: [1, 'int64'],
  fsId: [2, FilesystemIdentifier],
  usedBytes: [3, UInt64Value],
  inodesUsed: [4, UInt64Value],
});

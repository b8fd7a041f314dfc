import { imageMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';
import { AuthConfig, ImageSpec } from './messages/image.ts';
import { PodSandboxConfig } from './messages/sandbox.ts';

/** Pulls an image; resolves with its reference (id or digest). */
export const pullImage = unaryCall(
  imageMethod('PullImage'),
  message({ image: [1, ImageSpec], auth: [2, AuthConfig], sandboxConfig: [3, PodSandboxConfig] }),
  message({ imageRef: [1, 'string'] }),
);

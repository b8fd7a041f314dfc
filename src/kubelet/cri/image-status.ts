import { imageMethod, unaryCall } from './call.ts';
import { message, stringMap } from './codec/message.ts';
import { Image, ImageSpec } from './messages/image.ts';

/** One image; no image in the answer when it is absent. */
export const imageStatus = unaryCall(
  imageMethod('ImageStatus'),
  message({ image: [1, ImageSpec], verbose: [2, 'bool'] }),
  message({ image: [1, Image], info: [2, stringMap] }),
);

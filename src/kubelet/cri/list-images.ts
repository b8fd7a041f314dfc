import { imageMethod, unaryCall } from './call.ts';
import { message, repeated } from './codec/message.ts';
import { Image, ImageFilter } from './messages/image.ts';

/** Images on the node. */
export const listImages = unaryCall(
  imageMethod('ListImages'),
  message({ filter: [1, ImageFilter] }),
  message({ images: [1, repeated(Image)] }),
);

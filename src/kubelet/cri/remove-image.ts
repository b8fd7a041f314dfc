import { imageMethod, unaryCall } from './call.ts';
import { message } from './codec/message.ts';
import { ImageSpec } from './messages/image.ts';

/** Removes an image. No error when it is gone. */
export const removeImage = unaryCall(imageMethod('RemoveImage'), message({ image: [1, ImageSpec] }), message({}));

import { imageMethod, unaryCall } from './call.ts';
import { message, repeated } from './codec/message.ts';
import { FilesystemUsage } from './messages/image.ts';

/** Usage of the file systems that hold images and containers. */
export const imageFsInfo = unaryCall(
  imageMethod('ImageFsInfo'),
  message({}),
  message({ imageFilesystems: [1, repeated(FilesystemUsage)], containerFilesystems: [2, repeated(FilesystemUsage)] }),
);

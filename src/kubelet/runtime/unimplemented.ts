import { GrpcCode, GrpcError } from '../../host/grpc-channel.ts';

/** Older runtimes do not know every call; those that are only for their information may fail so. */
export function isUnimplemented(error: unknown): boolean {
  return (
    error instanceof GrpcError &&
    (error.code === GrpcCode.Unimplemented || (error.code === GrpcCode.Unknown && error.message.includes('not implemented')))
  );
}

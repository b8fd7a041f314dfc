import type { Decoded } from '../cri/codec/message.ts';
import type { ContainerStatus } from '../cri/messages/container.ts';
import { readContainerAnnotations } from './labels.ts';

export const MAX_MESSAGE_BYTES = 4096;
export const MAX_LOG_BYTES = 2048;
export const MAX_LOG_LINES = 80;

export interface MessageSources {
  /** The last bytes of a file; undefined when there is none. */
  tail(path: string, maxBytes: number): Promise<Buffer | undefined>;
  /** The last lines of a CRI log as the container wrote them. */
  tailLog(path: string, maxLines: number, maxBytes: number): Promise<Buffer>;
}

/**
 * What a container left as its last word: its termination message file, or the end of its log where the policy says so and it failed.
 * https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export async function terminationMessage(status: Decoded<typeof ContainerStatus>, sources: MessageSources): Promise<string> {
  const notes = readContainerAnnotations(status.annotations);
  const fallback =
    notes.terminationMessagePolicy === 'FallbackToLogsOnError' && status.exitCode !== 0 && status.reason !== 'ContainerCannotRun';
  const path = notes.terminationMessagePath;
  const mount = path === '' ? undefined : status.mounts.find((m) => m.containerPath === path);
  if (mount) {
    try {
      const data = await sources.tail(mount.hostPath, MAX_MESSAGE_BYTES);
      if (data && data.length > 0) return data.toString('utf8');
    } catch (error) {
      return `Error on reading termination log ${mount.hostPath}: ${(error as Error).message}`;
    }
  }
  if (!fallback) return '';
  try {
    return (await sources.tailLog(status.logPath, MAX_LOG_LINES, MAX_LOG_BYTES)).toString('utf8');
  } catch (error) {
    return `Error on reading termination message from logs: ${(error as Error).message}`;
  }
}

import type { LifecycleHandler } from '../../api/core/v1.gen.ts';
import { simulatedProgram } from './program.ts';

/** Milliseconds a lifecycle hook takes: sleeps as long as it says, requests take no time, other programs none. Pure. */
export function hookMs(handler: LifecycleHandler | undefined): number {
  if (handler?.sleep) return handler.sleep.seconds * 1000;
  const program = handler?.exec?.command ? simulatedProgram(handler.exec.command) : undefined;
  return program && program.runMs < Infinity ? program.runMs : 0;
}

import type { Container, Pod } from '../../api/core/v1.gen.ts';
import { SERVER, simulatedProgram, type Program } from './program.ts';
import { simNumber, simSetting } from './settings.ts';

/** How a container behaves from its start on: annotations first, then its command. Pure. */
export function containerProgram(pod: Pod, container: Container): Program {
  const command = [...(container.command ?? []), ...(container.args ?? [])];
  const fromCommand = (command.length > 0 ? simulatedProgram(command) : undefined) ?? SERVER;
  const log = simSetting(pod, container.name, 'log');
  const runSeconds = simNumber(pod, container.name, 'run-seconds');
  const exitCode = simNumber(pod, container.name, 'exit-code');
  return {
    outputs: log === undefined ? fromCommand.outputs : [{ atMs: 0, text: log.endsWith('\n') ? log : `${log}\n` }],
    runMs: runSeconds !== undefined ? runSeconds * 1000 : exitCode !== undefined ? 0 : fromCommand.runMs,
    exitCode: exitCode ?? (runSeconds !== undefined ? 0 : fromCommand.exitCode),
  };
}

/**
 * Why a container's image cannot be had; undefined when it can. Besides the annotation, images of a registry below `.invalid` (RFC 2606) are
 * never found, so that a test can roll out an image that fails.
 */
export function pullError(pod: Pod, container: Container): string | undefined {
  const told = simSetting(pod, container.name, 'pull-error');
  if (told !== undefined) return told;
  const image = container.image ?? '';
  const registry = image.includes('/') ? image.slice(0, image.indexOf('/')) : '';
  if (!/\.invalid(:\d+)?$/.test(registry)) return undefined;
  return `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://${registry}/v2/": dial tcp: lookup ${registry.replace(/:\d+$/, '')}: no such host`;
}

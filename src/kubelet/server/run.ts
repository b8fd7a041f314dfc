import { goText } from '../images/image-manager.ts';
import { HttpError, podOf, type Handler, type ServerContext } from './types.ts';

/** POST /run/{podNamespace}/{podID}[/{uid}]/{containerName}?cmd=: runs a command and answers what it wrote. */
export function run(context: ServerContext): Handler {
  return async ({ request, response, params }) => {
    const pod = podOf(context, params);
    const name = params['containerName'] ?? '';
    const found = context.cache.get(pod.metadata.uid).containers.find((c) => c.name === name && c.state === 'running');
    if (!found) throw new HttpError(500, `container not found ("${name}")`);
    const cmd = (request.url.searchParams.get('cmd') ?? '').split(' ');
    try {
      const result = await context.cri.execSync(
        { containerId: found.id, cmd, timeout: 0 },
        { timeoutMs: undefined, signal: request.signal },
      );
      if (result.exitCode !== 0)
        throw new HttpError(500, `command '${cmd.join(' ')}' exited with ${result.exitCode}: ${Buffer.from(result.stderr).toString()}`);
      response.head(200, { 'content-type': 'application/json' });
      response.end(Buffer.concat([result.stdout, result.stderr]));
    } catch (error) {
      throw error instanceof HttpError ? error : new HttpError(500, goText(error));
    }
  };
}

import { join, normalize } from 'node:path';
import { createReadStream, readdir, stat } from '../../host/fs.ts';
import { HttpError, type Handler } from './types.ts';

/** GET /logs/...: files below /var/log, directories as a list of links. */
export function nodeLogs(root: string): Handler {
  return async ({ response, params }) => {
    const relative = normalize(`/${params['logpath'] ?? ''}`);
    const path = join(root, relative);
    const info = await stat(path).catch(() => undefined);
    if (!info) throw new HttpError(404, '404 page not found\n');
    if (info.isDirectory()) {
      const entries = (await readdir(path, { withFileTypes: true })).map((entry) => entry.name + (entry.isDirectory() ? '/' : '')).sort();
      response.head(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(`<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${entries.map(link).join('')}</pre>\n`);
      return;
    }
    response.head(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': String(info.size) });
    // What is written while it is read is the next reader's.
    if (info.size > 0) for await (const chunk of createReadStream(path, { end: info.size - 1 })) await response.write(chunk as Buffer);
    response.end();
  };
}

function link(name: string): string {
  const text = name.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&#34;');
  return `<a href="${encodeURI(name)}">${text}</a>\n`;
}

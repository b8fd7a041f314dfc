/** Kubernetes' find and findAll. */
import { index, text, type Library } from '../functions.ts';
import { compileRegex } from './standard.ts';

function findAll(value: string, pattern: string, limit: number): string[] {
  const matcher = compileRegex(pattern).matcher(value);
  const found: string[] = [];
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

export const regex: Library = {
  methods: {
    find: ([v, pattern]) => findAll(text(v), text(pattern), 1)[0] ?? '',
    findAll: ([v, pattern, limit]) => findAll(text(v), text(pattern), limit === undefined ? -1 : index(limit)),
  },
};

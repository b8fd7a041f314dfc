export interface ImageName {
  /** With its registry: `docker.io/library/busybox`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Takes an image's name apart, with Docker's defaults (pkg/util/parsers). Throws with upstream's message. */
export function parseImageName(image: string): ImageName {
  const fail = (why: string) => new Error(`couldn't parse image name "${image}": ${why}`);
  const [beforeDigest, digest] = splitOnce(image, '@');
  const colon = beforeDigest.lastIndexOf(':');
  const hasTag = colon > beforeDigest.lastIndexOf('/');
  const name = hasTag ? beforeDigest.slice(0, colon) : beforeDigest;
  const tag = hasTag ? beforeDigest.slice(colon + 1) : '';
  if ((hasTag && !TAG.test(tag)) || (digest !== '' && !DIGEST.test(digest)) || image.endsWith('@')) throw fail('invalid reference format');
  const [first, rest] = splitOnce(name, '/');
  const isDomain = rest !== '' && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  const domain = isDomain ? (first === 'index.docker.io' ? 'docker.io' : first) : 'docker.io';
  let path = isDomain ? rest : name;
  if (path !== path.toLowerCase()) throw fail('invalid reference format: repository name must be lowercase');
  if (!DOMAIN.test(domain) || !PATH.test(path)) throw fail('invalid reference format');
  if (domain === 'docker.io' && !path.includes('/')) path = `library/${path}`;
  return { repository: `${domain}/${path}`, tag: tag === '' && digest === '' ? 'latest' : tag, digest };
}

/** The name with `:latest` when it has neither tag nor digest. */
export function withDefaultTag(image: string): string {
  const { tag, digest } = parseImageName(image);
  return digest === '' && tag !== '' && !image.endsWith(`:${tag}`) ? `${image}:${tag}` : image;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Kubernetes' url, isURL and the parts of one: absolute URLs and absolute paths. */
import { noOverload, text, type Library } from '../functions.ts';
import { CelError, makeMap, Opaque } from '../values.ts';

function parse(value: string): URL | undefined {
  if (value.startsWith('/')) return URL.canParse(`path://${value}`) ? new URL(`path://${value}`) : undefined;
  if (!/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]/.test(value) || /[\s<>"]/.test(value) || !URL.canParse(value)) return undefined;
  return new URL(value);
}

function url(v: unknown): URL {
  if (!(v instanceof Opaque) || !(v.value instanceof URL)) throw noOverload();
  return v.value;
}

function query(v: unknown): Map<unknown, unknown> {
  const { searchParams } = url(v);
  return makeMap([...new Set(searchParams.keys())].map((key) => [key, searchParams.getAll(key)]));
}

/** The authority as it was written: the URL class drops a scheme's usual port. */
function authority(v: unknown): string {
  const { text: source } = v as Opaque;
  url(v);
  return source.startsWith('/') ? '' : (/^[^:]+:\/\/(?:[^@/?#]*@)?([^/?#]*)/.exec(source)?.[1] ?? '');
}

export const urls: Library = {
  functions: {
    isURL: ([v]) => parse(text(v)) !== undefined,
    url: ([v]) => {
      if (v instanceof Opaque && v.value instanceof URL) return v;
      const parsed = parse(text(v));
      if (!parsed) throw new CelError(`URL parse error during conversion from string: parse ${JSON.stringify(v)}: invalid URI for request`);
      return new Opaque('kubernetes.URL', parsed, text(v));
    },
  },
  methods: {
    getScheme: ([v]) => (url(v).protocol === 'path:' ? '' : url(v).protocol.slice(0, -1)),
    getHost: ([v]) => authority(v),
    getHostname: ([v]) =>
      authority(v)
        .replace(/:\d*$/, '')
        .replace(/^\[(.*)\]$/, '$1'),
    getPort: ([v]) => /:(\d*)$/.exec(authority(v))?.[1] ?? '',
    getEscapedPath: ([v]) => (url(v), /^(?:[^:/]+:\/\/[^/?#]*)?([^?#]*)/.exec((v as Opaque).text)?.[1] ?? ''),
    getQuery: ([v]) => query(v),
  },
};

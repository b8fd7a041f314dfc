export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** Reads resolv.conf(5). Of several search lines the last counts; of several values of one option the last. Throws on a nameserver line without address. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  const options = new Map<string, string>();
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [keyword, ...fields] = line.split(/\s+/);
    if (keyword === 'nameserver') {
      if (fields[0] === undefined) throw new Error('nameserver list is empty ');
      servers.push(fields[0]);
    } else if (keyword === 'search') {
      searches = fields.filter((s) => s !== '.').map((s) => s.replace(/\.$/, ''));
    } else if (keyword === 'options') {
      for (const option of fields) options.set(option.split(':')[0] ?? '', option);
    }
  }
  return { servers, searches, options: [...options.values()] };
}

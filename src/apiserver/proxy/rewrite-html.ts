/** Links in pages that come through the proxy lead back through it (k8s.io/apimachinery/pkg/util/proxy, transport.go). */
const LINK = /(<[a-zA-Z][^<>]*?\s(?:href|src|action|cite|data|background|longdesc|usemap|poster|manifest|formaction|icon|classid|codebase|profile|archive)\s*=\s*)(?:"([^"]*)"|'([^']*)')/g;

/** `prefix`: path of the proxy without the trailing slash. Absolute paths get it in front; everything else stays. Pure. */
export function rewriteHtml(html: string, prefix: string): string {
  return html.replace(LINK, (whole, before: string, double: string | undefined, single: string | undefined) => {
    const url = double ?? single ?? '';
    if (!url.startsWith('/') || url.startsWith('//') || url.startsWith(`${prefix}/`)) return whole;
    return `${before}"${prefix}${url}"`;
  });
}

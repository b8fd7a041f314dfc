/**
 * What names may look like (k8s.io/apimachinery/pkg/util/validation and pkg/api/validate/content). Every rule returns the
 * list of complaints, empty when the value is fine. Lengths count bytes of UTF-8, as upstream's do.
 */
export type NameRule = (value: string) => string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_UNDERSCORE = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const SUBDOMAIN_UNDERSCORE = `${LABEL_UNDERSCORE}(\\.${LABEL_UNDERSCORE})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${LABEL_KEY})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const ENV_NAME = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const HTTP_HEADER = '[-A-Za-z0-9]+';
const PERCENT = '[0-9]+%';
const WILDCARD = `\\*\\.${SUBDOMAIN}`;

const whole = (pattern: string, flags = '') => new RegExp(`^${pattern}$`, flags);
const LABEL_RE = whole(LABEL);
const SUBDOMAIN_RE = whole(SUBDOMAIN);
const SUBDOMAIN_CASELESS_RE = whole(SUBDOMAIN, 'i');
const SUBDOMAIN_UNDERSCORE_RE = whole(SUBDOMAIN_UNDERSCORE);
const LABEL_1035_RE = whole(LABEL_1035);
const LABEL_KEY_RE = whole(LABEL_KEY);
const LABEL_VALUE_RE = whole(LABEL_VALUE);
const CONFIG_KEY_RE = whole(CONFIG_KEY);
const ENV_NAME_RE = whole(ENV_NAME);
const C_IDENTIFIER_RE = whole(C_IDENTIFIER);
const HTTP_HEADER_RE = whole(HTTP_HEADER);
const PERCENT_RE = whole(PERCENT);
const WILDCARD_RE = whole(WILDCARD);

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_KEY_TEXT = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

export const DNS1123_LABEL_MAX = 63;
export const DNS1123_SUBDOMAIN_MAX = 253;
export const LABEL_VALUE_MAX = 63;

export const maxLenError = (length: number) => `must be no more than ${length} characters`;
const maxBytesError = (length: number) => `must be no more than ${length} bytes`;
export const emptyError = () => 'must be non-empty';
export const inclusiveRangeError = (low: number, high: number) => `must be between ${low} and ${high}, inclusive`;

/** `msg (e.g. 'a',  or 'b', regex used for validation is '...')`, commas and blanks as upstream prints them. */
export function regexError(message: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  return `${message} (e.g. ${examples.map((e) => `'${e}', `).join(' or ')}regex used for validation is '${pattern}')`;
}

// Every UTF-16 unit is at most three bytes, so a short string needs no count.
function longerThan(value: string, bytes: number): boolean {
  return value.length > bytes || (value.length * 3 > bytes && Buffer.byteLength(value) > bytes);
}

/** RFC 1123 label: namespaces, container names. */
export function isDNS1123Label(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, DNS1123_LABEL_MAX)) errors.push(maxLenError(DNS1123_LABEL_MAX));
  if (LABEL_RE.test(value)) return errors;
  if (SUBDOMAIN_RE.test(value)) errors.push('must not contain dots');
  else {
    errors.push(
      regexError(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
        LABEL,
        'my-name',
        '123-abc',
      ),
    );
  }
  return errors;
}

/** RFC 1123 subdomain: most object names. */
export function isDNS1123Subdomain(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, DNS1123_SUBDOMAIN_MAX)) errors.push(maxLenError(DNS1123_SUBDOMAIN_MAX));
  if (!SUBDOMAIN_RE.test(value)) errors.push(regexError(SUBDOMAIN_TEXT, SUBDOMAIN, 'example.com'));
  return errors;
}

export function isDNS1123SubdomainCaseless(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, DNS1123_SUBDOMAIN_MAX)) errors.push(maxBytesError(DNS1123_SUBDOMAIN_MAX));
  if (!SUBDOMAIN_CASELESS_RE.test(value)) {
    errors.push(
      regexError(
        "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        SUBDOMAIN,
        'Example.com',
      ),
    );
  }
  return errors;
}

export function isDNS1123SubdomainWithUnderscore(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, DNS1123_SUBDOMAIN_MAX)) errors.push(maxLenError(DNS1123_SUBDOMAIN_MAX));
  if (!SUBDOMAIN_UNDERSCORE_RE.test(value)) {
    errors.push(
      regexError(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
        SUBDOMAIN_UNDERSCORE,
        'example.com',
      ),
    );
  }
  return errors;
}

/** RFC 1035 label: service names. */
export function isDNS1035Label(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, DNS1123_LABEL_MAX)) errors.push(maxLenError(DNS1123_LABEL_MAX));
  if (!LABEL_1035_RE.test(value)) {
    errors.push(
      regexError(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        LABEL_1035,
        'my-name',
        'abc-123',
      ),
    );
  }
  return errors;
}

/** `*.example.com` (RFC 1034 section 4.3.3): ingress hosts. */
export function isWildcardDNS1123Subdomain(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, DNS1123_SUBDOMAIN_MAX)) errors.push(maxLenError(DNS1123_SUBDOMAIN_MAX));
  if (!WILDCARD_RE.test(value)) {
    errors.push(
      regexError(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
        WILDCARD,
        '*.example.com',
      ),
    );
  }
  return errors;
}

/** Label keys, annotation keys (lower-cased by the caller), taint keys, extended resource names: `[prefix/]Name`. */
export function isQualifiedName(value: string): string[] {
  const parts = value.split('/');
  const errors: string[] = [];
  const nameError = () => regexError(LABEL_KEY_TEXT, LABEL_KEY, 'MyName', 'my.name', '123-abc');
  if (parts.length > 2) {
    return [`a valid label key ${nameError()} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') errors.push(`prefix part ${emptyError()}`);
    else errors.push(...contentSubdomain(prefix).map((e) => `prefix part ${e}`));
  }
  if (name === '') errors.push(`name part ${emptyError()}`);
  else if (longerThan(name, 63)) errors.push(`name part ${maxBytesError(63)}`);
  if (!LABEL_KEY_RE.test(name)) errors.push(`name part ${nameError()}`);
  return errors;
}

function contentSubdomain(value: string): string[] {
  return isDNS1123Subdomain(value).map((e) => (e === maxLenError(DNS1123_SUBDOMAIN_MAX) ? maxBytesError(DNS1123_SUBDOMAIN_MAX) : e));
}

export const isLabelKey: NameRule = isQualifiedName;

export function isLabelValue(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, LABEL_VALUE_MAX)) errors.push(maxBytesError(LABEL_VALUE_MAX));
  if (!LABEL_VALUE_RE.test(value)) {
    errors.push(
      regexError(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        LABEL_VALUE,
        'MyValue',
        'my_value',
        '12345',
      ),
    );
  }
  return errors;
}

/** IANA service name (RFC 6335), lower case only: port names, named target ports. */
export function isValidPortName(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, 15)) errors.push(maxLenError(15));
  if (!/^[-a-z0-9]+$/.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

export function isValidPortNum(port: number): string[] {
  return isInRange(port, 1, 65535);
}

export function isInRange(value: number, low: number, high: number): string[] {
  return value >= low && value <= high ? [] : [inclusiveRangeError(low, high)];
}

/** User and group IDs: 0 to 2^31 - 1. */
export function isValidUserOrGroupId(id: number): string[] {
  return isInRange(id, 0, 2147483647);
}

/** `25%`. */
export function isValidPercent(value: string): string[] {
  return PERCENT_RE.test(value)
    ? []
    : [regexError("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, '1%', '93%')];
}

export function isHTTPHeaderName(value: string): string[] {
  return HTTP_HEADER_RE.test(value)
    ? []
    : [regexError("a valid HTTP header must consist of alphanumeric characters or '-'", HTTP_HEADER, 'X-Header-Name')];
}

export function isCIdentifier(value: string): string[] {
  return C_IDENTIFIER_RE.test(value)
    ? []
    : [
        regexError(
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
          C_IDENTIFIER,
          'my_name',
          'MY_NAME',
          'MyName',
        ),
      ];
}

export function isEnvVarName(value: string): string[] {
  const errors: string[] = [];
  if (!ENV_NAME_RE.test(value)) {
    errors.push(
      regexError(
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
        ENV_NAME,
        'my.env-name',
        'MY_ENV.NAME',
        'MyEnvName1',
      ),
    );
  }
  return [...errors, ...parentDirectory(value)];
}

/** The rule in force since RelaxedEnvironmentVariableValidation: printable ASCII without `=`. */
export function isRelaxedEnvVarName(value: string): string[] {
  const errors: string[] = [];
  if (value === '') errors.push(`environment variable name ${emptyError()}`);
  if (/[^\x20-\x7e]|=/.test(value))
    errors.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  return errors;
}

/** Keys of ConfigMaps and Secrets: file names. */
export function isConfigMapKey(value: string): string[] {
  const errors: string[] = [];
  if (longerThan(value, DNS1123_SUBDOMAIN_MAX)) errors.push(maxLenError(DNS1123_SUBDOMAIN_MAX));
  if (!CONFIG_KEY_RE.test(value)) {
    errors.push(
      regexError(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        CONFIG_KEY,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  return [...errors, ...parentDirectory(value)];
}

function parentDirectory(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}

/** Names that only need to be a path segment (RBAC roles, ...). */
export function isPathSegmentName(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return isPathSegmentPrefix(value);
}

/** The same for `generateName`. */
export function isPathSegmentPrefix(value: string): string[] {
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

/** Turns a name rule into one for generateName: a trailing dash is cut, since a suffix follows (maskTrailingDash). */
export function maskTrailingDash(value: string): string {
  return value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value;
}

const DECIMAL_TEXT = 'must be a valid decimal integer in canonical form';
/** `0`, `12`, `-3`: no plus sign, no leading zeros. */
export function isDecimalInteger(value: string): string[] {
  if (value === '') return [emptyError()];
  return /^(0|-?[1-9][0-9]*)$/.test(value) ? [] : [DECIMAL_TEXT];
}

/** Kubernetes' named formats: `format.dns1123Label().validate(x)` is optional.none() when x is one, otherwise what is wrong. */
import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain, isLabelValue, isQualifiedName, maskTrailingDash } from '../../names.ts';
import { noOverload, text, type Library } from '../functions.ts';
import { Opaque, Optional } from '../values.ts';

type Check = (value: string) => string[];

const one =
  (ok: (value: string) => boolean, message: string): Check =>
  (value) =>
    ok(value) ? [] : [message];

const FORMATS: Readonly<Record<string, Check>> = {
  dns1123Label: isDNS1123Label,
  dns1123Subdomain: isDNS1123Subdomain,
  dns1035Label: isDNS1035Label,
  qualifiedName: isQualifiedName,
  dns1123LabelPrefix: (v) => isDNS1123Label(maskTrailingDash(v)),
  dns1123SubdomainPrefix: (v) => isDNS1123Subdomain(maskTrailingDash(v)),
  dns1035LabelPrefix: (v) => isDNS1035Label(maskTrailingDash(v)),
  labelValue: isLabelValue,
  uri: one((v) => URL.canParse(v) || v.startsWith('/'), 'invalid URI'),
  uuid: one((v) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(v), 'does not match the UUID format'),
  byte: one((v) => /^[A-Za-z0-9+/]*={0,2}$/.test(v) && v.length % 4 === 0, 'invalid base64'),
  date: one((v) => /^\d{4}-\d\d-\d\d$/.test(v) && !Number.isNaN(Date.parse(v)), 'invalid date'),
  datetime: one(
    (v) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(v) && !Number.isNaN(Date.parse(v)),
    'invalid datetime',
  ),
};

const wrap = (name: string): Opaque => new Opaque('kubernetes.NamedFormat', FORMATS[name], name);

export const formats: Library = {
  functions: {
    ...Object.fromEntries(Object.keys(FORMATS).map((name) => [`format.${name}`, () => wrap(name)])),
    'format.named': ([name]) => (Object.hasOwn(FORMATS, text(name)) ? new Optional(wrap(text(name))) : Optional.NONE),
  },
  methods: {
    validate: ([format, value]) => {
      if (!(format instanceof Opaque) || format.type !== 'kubernetes.NamedFormat') throw noOverload();
      const errors = (format.value as Check)(text(value));
      return errors.length === 0 ? Optional.NONE : new Optional(errors);
    },
  },
};

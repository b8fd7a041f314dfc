/** Every library of expressions in Kubernetes. */
import type { Library } from '../functions.ts';
import { authorizers } from './authorizer.ts';
import { encoders } from './encoders.ts';
import { formats } from './format.ts';
import { ips } from './ip.ts';
import { lists } from './lists.ts';
import { math } from './math.ts';
import { optionals } from './optionals.ts';
import { quantities } from './quantity.ts';
import { regex } from './regex.ts';
import { semvers } from './semver.ts';
import { sets } from './sets.ts';
import { standard } from './standard.ts';
import { strings } from './strings.ts';
import { time } from './time.ts';
import { urls } from './url.ts';

/** Later ones win: lists take over the names that they share with strings, versions those of quantities. */
const LIBRARIES: readonly Library[] = [
  standard,
  time,
  optionals,
  strings,
  lists,
  sets,
  math,
  regex,
  urls,
  quantities,
  semvers,
  ips,
  formats,
  encoders,
  authorizers,
];

export const library: Required<Library> = {
  functions: Object.assign({}, ...LIBRARIES.map((l) => l.functions ?? {})) as Required<Library>['functions'],
  methods: Object.assign({}, ...LIBRARIES.map((l) => l.methods ?? {})) as Required<Library>['methods'],
};

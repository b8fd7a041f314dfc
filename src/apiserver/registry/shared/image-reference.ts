/** Image names as container registries write them (github.com/distribution/reference, ParseNormalizedNamed). */
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*';
const HOST_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const HOST = `(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?`;
const REFERENCE = new RegExp(
  `^((?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*)(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);
const IDENTIFIER = /^[a-f0-9]{64}$/;
const NAME_LIMIT = 255;

export interface ImageReference {
  readonly name: string;
  /** '' when there is none; a reference without tag and digest means `latest`. */
  readonly tag: string;
  readonly digest: string;
}

/** Undefined when the text is no image reference. */
export function parseImageReference(image: string): ImageReference | undefined {
  if (IDENTIFIER.test(image)) return undefined;
  const match = REFERENCE.exec(image);
  if (!match) return undefined;
  const [, name = '', tag = '', digest = ''] = match;
  if (name.length > NAME_LIMIT) return undefined;
  return { name, tag: tag === '' && digest === '' ? 'latest' : tag, digest };
}

/** Images with a tag that moves are pulled each time (SetDefaults_Container). */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  return parseImageReference(image)?.tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** Conversions of served versions that are stored in another form, by `group/version/resource`. */
import type { VersionConversion } from '../served-resource.ts';

export const conversions: Readonly<Record<string, VersionConversion>> = {};

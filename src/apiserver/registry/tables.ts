/** Which table each built-in resource has, by `group/resource`; the others print name and age. */
import type { TableConverter } from './strategy.ts';

export const tables: Readonly<Record<string, TableConverter>> = {};

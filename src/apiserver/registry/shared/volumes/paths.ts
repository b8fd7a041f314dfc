/** Rules for paths in volumes and mounts. */
import { invalid, type FieldError, type FieldPath } from '../../../../machinery/field.ts';

const FILE_MODE = 'must be a number between 0 and 0777 (octal), both inclusive';
const MAX_MODE = 0o777;

export function checkNoBacksteps(target: string, path: FieldPath, errors: FieldError[]): void {
  if (target.split('/').includes('..')) errors.push(invalid(path, target, "must not contain '..'"));
}

/** Relative, and never up. */
export function checkDescendingPath(target: string, path: FieldPath, errors: FieldError[]): void {
  if (target.startsWith('/')) errors.push(invalid(path, target, 'must be a relative path'));
  checkNoBacksteps(target, path, errors);
}

/** Names that start with two dots belong to the kubelet. */
export function checkNonReservedPath(target: string, path: FieldPath, errors: FieldError[]): void {
  checkDescendingPath(target, path, errors);
  if (target.startsWith('..') && !target.startsWith('../')) errors.push(invalid(path, target, "must not start with '..'"));
}

export function checkFileMode(mode: number | undefined, path: FieldPath, errors: FieldError[]): void {
  if (mode !== undefined && (mode > MAX_MODE || mode < 0)) errors.push(invalid(path, mode, FILE_MODE));
}

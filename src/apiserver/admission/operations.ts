import type { AdmissionOperation } from './admission.ts';

/** `handles` of a plugin that looks at these operations. */
export function onOperations(...operations: AdmissionOperation[]): (operation: AdmissionOperation) => boolean {
  return (operation) => operations.includes(operation);
}

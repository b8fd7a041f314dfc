/** Conflicts of server-side apply, as the client sees them (apimachinery managedfields/internal/conflict.go). */
import type { StatusCause } from '../../api/meta/v1.gen.ts';
import { goQuote } from '../../wire/json/go-text.ts';
import { StatusError } from '../status-error.ts';
import { FieldSet } from './field-set.ts';
import { parseManagerId, type ManagerId } from './managers.ts';
import { compareText, printPath, type Path } from './path-element.ts';

export interface ApplyConflict {
  readonly manager: ManagerId;
  readonly path: Path;
}

/** Fields that others own and the applied configuration changes. Becomes a Status by toStatus(). */
export class ApplyConflictError extends Error {
  readonly conflicts: readonly ApplyConflict[];

  constructor(conflicts: readonly ApplyConflict[]) {
    super(conflictMessage(conflicts));
    this.conflicts = conflicts;
  }

  static of(sets: ReadonlyMap<ManagerId, FieldSet>): ApplyConflictError {
    const managers = [...sets].sort((a, b) => compareText(a[0], b[0]));
    return new ApplyConflictError(managers.flatMap(([manager, set]) => [...set.paths()].map((path) => ({ manager, path }))));
  }

  toSet(): FieldSet {
    return FieldSet.of(...this.conflicts.map((c) => c.path));
  }

  /** 409 with a cause per field. */
  toStatus(): StatusError {
    const causes = this.conflicts.map(({ manager, path }): StatusCause => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${printManager(manager)}`,
      field: printPath(path),
    }));
    return new StatusError({ code: 409, reason: 'Conflict', message: this.message, details: { causes } });
  }
}

function conflictMessage(conflicts: readonly ApplyConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first) {
    return `Apply failed with 1 conflict: conflict with ${printManager(first.manager)}: ${printPath(first.path)}`;
  }
  const byManager = Map.groupBy(conflicts, (c) => c.manager);
  const lines = [...byManager.keys()]
    .sort(compareText)
    .flatMap((manager) => [
      `conflicts with ${printManager(manager)}:`,
      ...(byManager.get(manager) ?? []).map((c) => `- ${printPath(c.path)}`),
    ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function printManager(id: ManagerId): string {
  const { manager = '', operation, apiVersion = '', subresource } = parseManagerId(id);
  const name = subresource ? `${goQuote(manager)} with subresource ${goQuote(subresource)}` : goQuote(manager);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

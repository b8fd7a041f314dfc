import type { ControllerRevision } from '../../../../api/apps/v1.gen.ts';
import { AGE, column, NAME, tableOf } from '../../shared/table.ts';

export const controllerRevisionTable = tableOf<ControllerRevision>(
  [
    NAME,
    column('Controller', 'string', 'Controller of the object'),
    column('Revision', 'string', 'Revision indicates the revision of the state represented by Data.'),
    AGE,
  ],
  ({ metadata, revision }, age) => {
    const owner = metadata.ownerReferences?.find((reference) => reference.controller);
    return [metadata.name, owner ? `${groupKind(owner.apiVersion, owner.kind)}/${owner.name}` : '<none>', revision, age];
  },
);

function groupKind(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf('/');
  return (slash < 0 ? kind : `${kind}.${apiVersion.slice(0, slash)}`).toLowerCase();
}

import type { Logger } from '../../base/log.ts';
import { JsonFile } from '../state/json-file.ts';
import type { PullRecord } from './pull-records.ts';

/** Keeps who pulled what in a file. */
export function pullRecordStore(path: string, log: Logger) {
  const file = new JsonFile<Record<string, PullRecord>>(path, {}, log);
  let records: Record<string, PullRecord> = {};
  return {
    load() {
      records = file.load();
      return new Map(Object.entries(records));
    },
    save(imageRef: string, record: PullRecord) {
      records = { ...records, [imageRef]: record };
      file.save(records);
    },
  };
}

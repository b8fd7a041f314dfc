import { storageSuite } from '../../storage-suite.ts';
import { memoryStorage } from './memory-storage.ts';

storageSuite('memory', memoryStorage);

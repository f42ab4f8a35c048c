// Errors: those of @intermodel/errors too, so that a stage has one place to take them from
export {
  InputError,
  IntermodelError,
  limitError,
  MachineError,
  nearestName,
  openFile,
  openInputFile,
  packError,
  readError,
  readInputFile,
  readLimit,
  requireFile,
  requireFilesForThread,
  suggestName,
  unpackError,
  visibleText,
  type ErrorDetails,
  type ErrorMessage,
  type ErrorPlace,
  type OpenFile,
} from '@intermodel/errors';
export { BatchSchemaError } from './batch-schema-error.ts';

// Batches
export {
  buildBatch,
  emptyBatch,
  type BatchValues,
  type CodedText,
  type ColumnValues,
  type PlaneValues,
  type RepeatedText,
} from './build-batch.ts';
export { checkBatch } from './check-batch.ts';
export { column, Interner, readLists, readNumbers, readStrings, type InternedColumn } from './read-columns.ts';

// Streams
export { boundedMap } from './bounded-map.ts';

// Files
export {
  arrowFileBytes,
  isArrowFile,
  readArrowBytes,
  readArrowFile,
  writeArrowFile,
  type ArrowTable,
} from './arrow-files.ts';
export {
  beginReplacing,
  checkOutputApart,
  checkOutputOutside,
  discardStagedFolders,
  isRunFolder,
  manifestFile,
  removeLeftovers,
  removeRunFolder,
  replaceFiles,
  stageFolder,
  unfinishedFile,
  writeError,
  writeFileAtomically,
  type StagedFolder,
} from './atomic-files.ts';
export { distinctFileNames } from './distinct-file-names.ts';
export { batchCsvColumns, csvCell, csvText, spreadsheetCsv, type CsvColumn, type CsvValue } from './csv-text.ts';

// Step store
export { canonicalJson, hashJson } from './store/canonical-json.ts';
export { describeDifferences, explainDifference, type StepDifference } from './store/explain-difference.ts';
export { FileHashes, type FileHashesOptions } from './store/file-hashes.ts';
export { fileStore, type FileStoreOptions } from './store/file-store.ts';
export { findGarbage, removeGarbage, type GarbageItem } from './store/garbage.ts';
export { memoryStore } from './store/memory-store.ts';
export { stepKey, type StepDescription, type StepIngredients } from './store/step-key.ts';
export {
  stepRunner,
  type Step,
  type StepEvent,
  type StepResult,
  type StepRunner,
  type StepRunnerOptions,
} from './store/step-runner.ts';
export { stepStates, type StepState } from './store/step-states.ts';
export {
  contentHash,
  partHash,
  type LockOptions,
  type PartContent,
  type PartRecord,
  type StepParts,
  type StepRecord,
  type StepStore,
  type StoreEntry,
  type StoreLock,
  type StoreWarning,
} from './store/step-store.ts';
export { StepTimes, type StepTimesOptions } from './store/step-times.ts';
export { makeFolder } from './store/durable-folders.ts';
export { lockStore, type LockedPlace } from './store/store-lock.ts';

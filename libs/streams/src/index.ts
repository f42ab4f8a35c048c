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
  type ListValues,
  type RepeatedText,
} from './build-batch.ts';
export { checkBatch } from './check-batch.ts';
export { column, Interner, readLists, readNumbers, readStrings, type InternedColumn } from './read-columns.ts';

// Small files of choices
export { parseYaml, type KeyPath, type ParsedYaml, type YamlKind } from './parse-yaml.ts';

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
export { flushFolder, makeFolder } from './durable-folders.ts';
export { npyHeader, type NpyType } from './npy-header.ts';
export { distinctFileNames } from './distinct-file-names.ts';
export { batchCsvColumns, csvCell, csvText, spreadsheetCsv, type CsvColumn, type CsvValue } from './csv-text.ts';

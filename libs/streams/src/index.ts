// Errors
export { BatchSchemaError, InputError, IntermodelError, MachineError, nearestName, suggestName, type ErrorDetails, type ErrorPlace } from './errors.ts';

// Batches
export { buildBatch, emptyBatch, type BatchValues, type ColumnValues, type PlaneValues } from './build-batch.ts';
export { checkBatch } from './check-batch.ts';
export { column, Interner, readLists, readNumbers, readStrings, type InternedColumn } from './read-columns.ts';

// Streams
export { boundedMap } from './bounded-map.ts';

// Files
export { isArrowFile, readArrowFile, readError, readInputFile, writeArrowFile } from './arrow-files.ts';
export { discardStagedFolders, manifestFile, stageFolder, writeError, writeFileAtomically, type StagedFolder } from './atomic-files.ts';
export { batchCsvColumns, csvCell, csvText, type CsvColumn, type CsvValue } from './csv-text.ts';

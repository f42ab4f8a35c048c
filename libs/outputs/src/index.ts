// Files of tables: what stands in them, and where they came from
export { csvFile, csvFiles, type CsvFileName } from './csv-files.ts';
export { manifestInput, type Manifest, type ManifestInput } from './manifest.ts';
export type { StudyRecord, StudyWarning } from './study-record.ts';
export {
  familyWarnings,
  fewMatchesShare,
  scoreWarnings,
  sizeWarnings,
  UnitWatch,
  widestFactor,
  widthWarnings,
} from './warnings.ts';
export { unitWarnings } from './unit-warnings.ts';
export type {
  ClaimTables,
  EmbeddingTables,
  ProbeTables,
  RelationTables,
  StudyTables,
  UncertaintyTables,
} from './study-tables.ts';
export { studyFiles, tablesOfFiles, writeFiles, writeStudy, writeTables } from './write-study.ts';

// Tables of one model
export {
  writeModel,
  type LayerTables,
  type MatchTables,
  type ModelPresets,
  type ModelRecord,
  type WriteModelOptions,
} from './write-model.ts';

// Reports
export { renderStudy, type DissectionShown } from './render-study.ts';
export { checkReportFormats, reportFormats, type ReportChoices, type ReportFormat } from './report-choices.ts';
export { healthOptions, labelHealth, statedGate, vocabularyFile, type LabelHealth } from './label-health.ts';
export { changeFile, studyChange, type RecordedChange } from './study-change.ts';

// The output folder of a run, and what is remembered of it
export { labelsFolder, modelsFolder, openRunFolder, storeFolder, type Replaced, type RunFolder } from './run-folder.ts';
export { lockOutput } from './lock-output.ts';
export { outputCodeVersion, OutputRecord, outputStepNames } from './output-record.ts';

// Features of images
export {
  featureFormats,
  writeFeatures,
  type FeatureFormat,
  type FeatureFormatName,
  type FeatureTable,
} from './features/feature-formats.ts';
export { featureImagesFile, writeFeatureFolder, type NamedFeatures } from './features/write-features.ts';

// Reading an earlier run
export { readEmbeddingFolder, type EmbeddingFolder } from './embedding-folder.ts';

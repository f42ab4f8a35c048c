// Study files: read, check, fill in, write
export { defineStudy, readStudyFile, type ReadStudyOptions } from './read-study-file.ts';
export {
  keyText,
  StudyFileError,
  type Finding,
  type StudyPath,
  type StudyProblem,
  type TextPlace,
} from './study-problems.ts';
export { setOptions, type StudyWithOptions } from './set-options.ts';
export { formatStudy } from './format-study.ts';
export { optionsInWords, type OptionInWords } from './options-in-words.ts';
export { studySchemaFile } from './study-schema-file.ts';

// What a study file holds
export { isOnStudyImages } from './check-tasks.ts';
export { taskReading } from './task-reading.ts';
export type {
  DataContent,
  EmbeddingContent,
  InputContent,
  MatchingContent,
  ModelContent,
  RuntimeContent,
  SegmenterContent,
  StudyContent,
  TaskContent,
} from './study-content.ts';

// A study with every choice made
export {
  galleryPlaces,
  gateOf,
  givenModels,
  matchingsOf,
  twinName,
  twinOfModel,
  type GalleryPlace,
  type GridSize,
  type Study,
  type StudyData,
  type StudyEmbedding,
  type StudyGallery,
  type CheckpointReading,
  type ModelOrigin,
  type StudyModel,
  type StudyRelations,
  type StudyRuntime,
  type StudySegmenter,
  type StudySegmenterHead,
  type StudySpatialParts,
  type StudyTask,
} from './study.ts';

// Files and folders that it names
export { changePaths, namedPaths, type NamedPath } from './named-paths.ts';

// Its data alone
export { checkData, readerOptions } from './check-data.ts';
export { checkStudyFiles } from './check-study-files.ts';
export { resolveData } from './resolve-data.ts';

// Files of its output
export { fitFile, frozenFit } from './table-files.ts';

// Options as flags of commands give them
export { isRepeated, readFlagValue } from './flags/flag-values.ts';
export { flagOfSetting, settingPath, type NamedFlag } from './flags/name-settings.ts';
export { typeSettings, type TypedSettings } from './flags/type-settings.ts';
export { modelFileEnding } from './flags/model-flags.ts';
export { studyOfFlags } from './flags/study-of-flags.ts';
export { stateFile, stateFlags } from './flags/state-flags.ts';
export { flagsToContent, readKeys, type FlagContent, type FlagTexts } from './flags/flags-to-content.ts';

// Options: one row each, and what is made from them
export { optionFiles } from './options/option-files.ts';
export { searchOptions, type FoundOptions } from './options/search-options.ts';
export { defaultInWords, typeInWords } from './options/type-words.ts';
export { defaultsOf } from './options/option-defaults.ts';
export { optionsEntering } from './options/options-entering.ts';
export { flagRows, studyOptions, type FlagRow } from './options/option-table.ts';
export { setAt, valueAt } from './options/option-values.ts';
export {
  optionHeadings,
  optionSteps,
  type OptionFlag,
  type OptionHeading,
  type OptionRow,
  type OptionStep,
  type OptionType,
} from './options/option-row.ts';

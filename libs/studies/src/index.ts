// Study files: read, check, fill in, write
export { defineStudy, readStudyFile, type ReadStudyOptions } from './read-study-file.ts';
export { StudyFileError, type Finding, type StudyPath, type StudyProblem, type TextPlace } from './study-problems.ts';
export { formatStudy } from './format-study.ts';
export { optionsInWords, type OptionInWords } from './options-in-words.ts';
export { studySchemaFile } from './study-defaults.ts';

// What a study file holds
export type {
  DataContent,
  EmbeddingContent,
  InputContent,
  MatchingContent,
  ModelContent,
  RuntimeContent,
  SegmenterContent,
  StudyContent,
} from './study-content.ts';

// A study with every choice made
export {
  galleryPlaces,
  matchingsOf,
  type GalleryPlace,
  type GridSize,
  type Study,
  type StudyData,
  type StudyEmbedding,
  type StudyGallery,
  type StudyModel,
  type StudyRelations,
  type StudyRuntime,
  type StudySegmenter,
  type StudySegmenterHead,
  type StudySpatialParts,
} from './study.ts';

// Files and folders that it names
export { namedPaths, type NamedPath } from './named-paths.ts';

// Its data alone
export { checkData, readerOptions } from './check-data.ts';
export { resolveData } from './resolve-data.ts';

// Files of its output
export { fitFile, frozenFit } from './table-files.ts';

// Whole commands: files in, an output folder out
export { embedStudy, type EmbeddedStudy, type EmbedStudyOptions } from './embed-study.ts';
export { publishedReferences, reproduceStudy, type ReproduceStudyOptions } from './reproduce-study.ts';
export { prepareWorld, type PrepareWorldOptions } from './world/prepare-world.ts';
export { parseNuisance, worldDefaults, worldLayouts, writeWorld, type WorldLayout } from '@intermodel/small-world';
export { placeStudy, type PlaceStudyOptions } from './place-study.ts';
export {
  relationRules,
  summariseEmbedding,
  summariseRun,
  type EmbeddedModel,
  type EmbeddingSummary,
  type IntervalSource,
  type JudgedClaimSummary,
  type LayerSummary,
  type PowerSummary,
  type RelationRules,
  type RunSummary,
  type TwinSummary,
} from './summarise-study.ts';
export { relateStudy, type RelatedStudy, type RelateStudyOptions } from './relate-study.ts';

// Claims, judged in the study, its replicates and other universes
export { claimDefaults, judgeStudy, type ClaimChoices, type JudgeStudyOptions } from './multiverse/judge-study.ts';
export { universeLevelsDefaults, type LeaveOutScope, type UniverseLevels } from './multiverse/study-levels.ts';

// Dissection: a study of models and labelled images to an output folder
export { runStudy, type RunStudyOptions, type StudyEvent, type StudyRun } from './run/run-study.ts';
export { probeStudy, type ProbedStudy, type ProbeStudyOptions } from './probe-study.ts';
export {
  extractFeatures,
  extractFeaturesDefaults,
  type ExtractedFeatures,
  type ExtractedLayer,
  type ExtractFeaturesOptions,
} from './extract-features.ts';
export { featureFormats, type FeatureFormatName } from '@intermodel/outputs';
export { featurePools, type FeaturePool } from '@intermodel/schemas';
export { studyStatus, type StepGroupStatus, type StudyStatus } from './upkeep/study-status.ts';
export {
  examineStudy,
  type ExaminedStudy,
  type ExamineStudyOptions,
  type TriedInput,
  type TriedMove,
} from './doctor/examine-study.ts';
export { type Attempt } from './doctor/find-better.ts';
export { explainStatus } from './upkeep/explain-status.ts';
export { cleanStudies, type CleanedStore, type CleanStudiesOptions } from './upkeep/clean-studies.ts';
export {
  workStudy,
  type TaskDone,
  type TaskFailed,
  type WorkEvent,
  type WorkStudyOptions,
  type WorkWaiting,
} from './work/work-study.ts';
export { listTasks, type ListedTask, type ListTasksOptions, type StudyTasks } from './work/list-tasks.ts';
export { type TaskEstimate } from './work/estimate-tasks.ts';
export {
  cutTasks,
  studyWaves,
  wavesOfModels,
  type CutTasksOptions,
  type StudyTask,
  type StudyWave,
} from './work/study-tasks.ts';
export { openWorker, type OpenWorkerOptions, type StudyWorker } from './work/open-worker.ts';
export { AllowedRoots } from './work/allowed-roots.ts';
export { openSubmitted, type OpenSubmittedOptions, type SubmittedStudy } from './work/submitted-study.ts';
export { hashStudyInputs } from './work/study-inputs.ts';
export {
  expectStudy,
  identifyStudy,
  rememberedInputs,
  rememberStudy,
  type StudyIdentity,
} from './work/study-identity.ts';
export { makeSteps, type MakeStepsOptions } from './graph/make-steps.ts';
export { openStudy, type OpenedStudy, type OpenStudyOptions } from './graph/open-study.ts';
export { studyGraph, type StudyGraph, type StudyGraphOptions } from './graph/study-graph.ts';
export { planStudy } from './graph/make-study.ts';
export { type OwnSteps } from './graph/study-graph.ts';
export { type StudyBench } from './graph/study-bench.ts';
export { type DissectionSteps } from './graph/dissection-steps.ts';
export { type SharedLabels } from './upkeep/clean-labels.ts';
export { type StudyPlace } from './upkeep/inspect-study.ts';
export { watchStudy, type WatchEvent, type WatchStudyOptions } from './upkeep/watch-study.ts';
export {
  dissectionStages,
  type DissectionStage,
  type DissectionStages,
  type MatchStageOptions,
} from './dissect/dissection-stages.ts';
export { type LayerName, type StudyConsumer } from './dissect/study-consumer.ts';
export { dissectStudy, type DissectStudyOptions } from './graph/dissect-study.ts';
export type {
  DissectedLayer,
  DissectedModel,
  DissectionEvent,
  DissectionStep,
  DissectionWarning,
  LayerMatches,
  ShardDone,
} from './dissect/dissect-events.ts';

// Compositions of stages: batches in, tables out
export { embedUnits, type EmbedUnitsOptions } from './embed-units.ts';
export { relateScores, type RelateScoresOptions, type RelationChoices } from './relate-scores.ts';

// Labelled images
export {
  dataNotes,
  describeData,
  describeStudyData,
  type DescribeDataOptions,
  type DescribedData,
} from '@intermodel/inputs';
export {
  describeStudyTasks,
  describeTaskData,
  type DescribedTask,
  type DescribeTaskDataOptions,
} from './describe-task-data.ts';
export { showLabels, type ShowLabelsOptions, type ShownImage } from './show-labels.ts';
export { datasetFormats, segmenterPresets, type DatasetFormatName } from '@intermodel/data-loading';

// Models
export {
  fewNames,
  layerNotes,
  listModelLayers,
  probeOptions,
  type LayerList,
  type ProbeOptions,
} from '@intermodel/inputs';

// Checkpoints
export { makeTwin, makeTwinDefaults, type MadeTwin, type MakeTwinOptions } from './make-twin.ts';
export {
  describeCheckpoint,
  importModels,
  importSegmenters,
  knownFamilies,
  type DescribedCheckpoint,
  type DescribedModel,
  type ImportedModel,
  type ImportedSegmenter,
  type ImportModelsOptions,
  type ImportSegmentersOptions,
  type KnownFamily,
} from '@intermodel/inputs';

// Output folders
export {
  checkReportFormats,
  csvFile,
  csvFiles,
  fewMatchesShare,
  manifestInput,
  readEmbeddingFolder,
  reportFormats,
  labelsFolder,
  storeFolder,
  UnitWatch,
  writeStudy,
  writeTables,
  type CsvFileName,
  type EmbeddingFolder,
  type EmbeddingTables,
  type Manifest,
  type ManifestInput,
  type RelationTables,
  type ReportChoices,
  type ReportFormat,
  type StudyRecord,
  type StudyTables,
  type StudyWarning,
} from '@intermodel/outputs';
export { programVersion } from '@intermodel/steps';
export { categoryLetter } from '@intermodel/report';
export { matchScore, matchScores, type MatchScore, type MatchScoreName } from '@intermodel/concept-matching';

// Choices that apps offer
export {
  checkModelNameRule,
  checkTextEncoding,
  modelNameRules,
  textEncodings,
  type ModelNameRule,
  type TextEncoding,
} from '@intermodel/data-loading';
export { dissectionPresetNames } from '@intermodel/concept-matching';
export {
  checkEmbeddingPreset,
  checkNormalisation,
  embeddingPresets,
  normalisations,
  type EmbeddingPreset,
  type EmbeddingPresetName,
  type Normalisation,
} from '@intermodel/embedding';

// Study files
export {
  defaultInWords,
  defineStudy,
  flagRows,
  flagsToContent,
  formatStudy,
  galleryPlaces,
  isRepeated,
  optionHeadings,
  readFlagValue,
  readStudyFile,
  searchOptions,
  setAt,
  settingPath,
  stateFile,
  stateFlags,
  StudyFileError,
  studyOfFlags,
  studyOptions,
  studySchemaFile,
  typeInWords,
  valueAt,
  type DataContent,
  type TaskContent,
  type FlagContent,
  type FlagRow,
  type FlagTexts,
  type FoundOptions,
  type CheckpointReading,
  type GalleryPlace,
  type OptionFlag,
  type OptionHeading,
  type OptionRow,
  type OptionType,
  type ReadStudyOptions,
  type Study,
  type StudyContent,
  type StudyGallery,
  type StudyModel,
  type StudyProblem,
  typeSettings,
} from '@intermodel/studies';

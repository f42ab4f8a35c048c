// Tables: units and scores
export {
  readUnitTables,
  readUnitTablesDefaults,
  unitTableColumns,
  unitTestHeadings,
  type ReadUnitTablesOptions,
  type UnitScoreColumn,
} from './tables/read-unit-tables.ts';
export { UnitSources } from './tables/unit-sources.ts';
export {
  readScoreTables,
  readScoreTablesDefaults,
  scoreTableWarnings,
  type ReadScoreTablesOptions,
} from './tables/read-score-tables.ts';
export { readModelFamilies, type ReadModelFamiliesOptions } from './tables/read-model-families.ts';
export { publishedScoreColumns, readScoreColumns, tasks, type ScoreColumn } from './tables/score-columns.ts';
export { checkTextEncoding, textEncodings, type TextEncoding } from './tables/text-encoding.ts';
export { checkModelNameRule, modelNameRules, type ModelNameRule } from './tables/model-names.ts';
export { bundledStudies, bundledStudy, type BundledStudy } from './tables/bundled-study.ts';

// Labelled images
export {
  listImages,
  listLabelledImages,
  listLabelledImagesDefaults,
  type ListLabelledImagesOptions,
} from './images/list-labelled-images.ts';
export { imageExtensions, listFiles } from './images/list-files.ts';
export type {
  ArrayLabel,
  DataWarning,
  LabelledImageEntry,
  LabelledImageSet,
  LabelSource,
  RasterLabel,
  SegmentedLabel,
  ShapesLabel,
  StatedSize,
  WholeImageLabel,
} from './images/labelled-image-set.ts';
export {
  badFileCodes,
  loadLabelledImages,
  loadLabelledImagesDefaults,
  noLabelsError,
  openLabelledImages,
  type LoadedImages,
  type LoadLabelledImagesOptions,
  type OpenLabelledImagesOptions,
  type SkippedImage,
} from './images/load-labelled-images.ts';
export type { UnknownLabel } from './labels/load-label-planes.ts';
export {
  decodeImage,
  decodeImageDefaults,
  type DecodedImage,
  type DecodeImageOptions,
  type RgbColour,
} from './images/decode-image.ts';
export { chooseImages } from './images/choose-images.ts';
export { exifTurns, turnedWarnings, type ExifTurns } from './images/exif-turns.ts';
export { makeThumbnail, type Thumbnail } from './images/make-thumbnail.ts';
export {
  imageGeometries,
  imageGeometryDefaults,
  mostLabelCells,
  resolveGeometry,
  type ImageGeometry,
  type ResolvedGeometry,
} from './images/image-geometry.ts';

// Vocabularies
export {
  conceptKey,
  labelVocabulary,
  largestLabelNumber,
  type ConceptPlace,
  type LabelConcept,
  type LabelVocabulary,
} from './labels/label-vocabulary.ts';
export { readLabelNames, type ReadLabelNamesOptions } from './labels/read-label-names.ts';

// Data sets in the formats of the field
export {
  datasetFormats,
  readDataset,
  type DatasetFormatName,
  type ReadDatasetOptions,
} from './formats/read-dataset.ts';
export { readAde20k, type ReadAde20kOptions } from './formats/read-ade20k.ts';
export {
  ade20kChallengeClasses,
  readAde20kChallenge,
  type ReadAde20kChallengeOptions,
} from './formats/read-ade20k-challenge.ts';
export { readBroden, type ReadBrodenOptions } from './formats/read-broden.ts';
export { cocoIgnore, readCocoInstances, readCocoPanoptic, type ReadCocoOptions } from './formats/read-coco.ts';
export { readVoc, vocClasses, vocIgnore, type ReadVocOptions } from './formats/read-voc.ts';
export {
  describeDataset,
  describeDatasetDefaults,
  type DescribedPlanes,
  type DescribeDatasetOptions,
} from './formats/describe-dataset.ts';
export type { CategoryShare, ConceptOverlap, ConceptShare, DatasetDescription } from './formats/dataset-description.ts';
export { combinePlanes, LabelCounts, labelSets, type LabelSet, type LabelShares } from './formats/label-counts.ts';
export {
  vocabularyHealth,
  vocabularyHealthDefaults,
  type ConceptHealth,
  type ConfinedConcept,
  type OverlappingConcepts,
  type ScoreOfShares,
  type VocabularyHealth,
  type VocabularyHealthOptions,
} from './formats/vocabulary-health.ts';

// Data of tasks: what is to be told of images, and which part of the data each belongs to
export { readTaskData, taskFormats, type TaskFormatName } from './tasks/read-task-data.ts';
export { taskSplitDefaults, type ReadTaskDataOptions, type TaskSplit } from './tasks/task-options.ts';
export type {
  BoxTask,
  ClassTask,
  PixelTask,
  PlaneTask,
  TaskBox,
  TaskData,
  TaskImage,
  TaskPart,
} from './tasks/task-data.ts';
export { planeTaskOf } from './tasks/read-plane-task.ts';
export { checkStatedSize, frameOf, type ImageFrame } from './tasks/image-frame.ts';
export { openClassPlanes, type ClassPlane, type OpenClassPlanesOptions } from './tasks/class-planes.ts';
export {
  readPixelTarget,
  readPixelTargetDefaults,
  samplePixelTarget,
  type PixelValues,
  type ReadPixelTargetOptions,
} from './tasks/read-pixel-target.ts';
export {
  describeTask,
  type ByPart,
  type DescribedBoxes,
  type DescribedClass,
  type DescribeTaskOptions,
  type Spread,
  type TaskDescription,
} from './tasks/describe-task.ts';
export { leakedImages } from './tasks/leaked-images.ts';
export { readImageSize } from './images/decode-image.ts';
export type { ImageSize } from './labels/load-label-planes.ts';

// A source of labelled images: a set with what is made of its labels
export {
  describedGeometry,
  labelledImageSource,
  type ImageSource,
  type ImageSourceChoices,
} from './images/image-source.ts';
export type { VocabularyChanges } from './labels/change-vocabulary.ts';

// Shards: images that are counted together
export { checkFiles, cutShards, hashShards, type ImageShard } from './shards/image-shards.ts';
export { describeImageChanges, imageChanges, type ImageContent } from './shards/image-changes.ts';

// Tools for vocabularies
export {
  appendConcepts,
  assignCategories,
  keepConcepts,
  keepFrequent,
  keepFrequentDefaults,
  mergeSynonyms,
  readCategories,
  readSynonyms,
  redefineConcepts,
  type AppendedConcepts,
  type ConceptChoice,
  type KeepFrequentOptions,
} from './labels/vocabulary-tools.ts';

// Labels made of what is there: colours of the image, halves of objects
export {
  addPlanes,
  labelledImageRows,
  labelledImageShape,
  type LabelledImageRow,
} from './images/labelled-image-rows.ts';
export { colourCategory, nameColours, type PlaneMaker } from './colours/add-colours.ts';
export {
  colourTerms,
  nameColour,
  perceivedColour,
  type ColourTerm,
  type PerceivedColour,
} from './colours/colour-terms.ts';
export {
  cutSpatialParts,
  cutSpatialPartsDefaults,
  spatialParts,
  type CutSpatialPartsOptions,
} from './spatial-parts/cut-spatial-parts.ts';

// Segmentation models as a source of labels
export { segmentImages } from './segmenters/segment-images.ts';
export type { SegmentImagesOptions } from './segmenters/segment-options.ts';
export {
  keptPlanesFile,
  neededPlaneKeys,
  pruneKeptPlanes,
  usedPlaneKeys,
  type PrunedPlanes,
  type PruneKeptPlanesOptions,
} from './segmenters/kept-planes.ts';
export {
  segmenterHeadDefaults,
  type Segmenter,
  type SegmenterClass,
  type SegmenterHead,
  type SegmenterInput,
  type MadeGraph,
} from './segmenters/segmenter.ts';
export {
  mainOutput,
  readOwners,
  readSegmenterClasses,
  segmenterPreset,
  fixedSize,
  segmenterPresetNames,
  segmenterPresets,
  type SegmenterExportName,
  type PresetParts,
  type SegmenterPresetName,
  type SegmenterPresetOptions,
} from './segmenters/segmenter-presets.ts';
export {
  noneName,
  ownersByNumber,
  readSegmenterLabels,
  type ColourLabels,
  type OwnedParts,
  type ParsingLabels,
  type SegmenterLabels,
} from './segmenters/segmenter-labels.ts';
export {
  dissect2020Heads,
  dissect2020Input,
  dissect2020Labels,
  type PublishedLabel,
} from './segmenters/dissect-2020.ts';

// Images and labels
export { openImageSource, studyPlaneKeys, type OpenImageSourceOptions } from './image-source.ts';
export { describeData, describeStudyData, type DescribeDataOptions, type DescribedData } from './describe-data.ts';
export { loadShownLabels, type LoadShownLabelsOptions, type ShownLabels } from './load-shown-labels.ts';
export { withLabelFolder } from './label-folder.ts';
export { checkConcepts } from './check-concepts.ts';

// Models
export { fewNames, layerNotes } from './layer-notes.ts';
export { dataNotes } from './data-notes.ts';
export {
  listModelLayers,
  measureModelRun,
  probeOptions,
  type LayerList,
  type MeasuredRun,
  type ProbeOptions,
} from './list-model-layers.ts';
export {
  checkModels,
  factsStep,
  layerPlaces,
  modelIdentity,
  placeModels,
  placeWarnings,
  type PlacedModel,
} from './model-facts.ts';
export { type LayerPlace, type LayerReading } from './layer-place.ts';
export { namingModel } from './naming-model.ts';
export { graphStep, modelBytes, prepareModels, type PrepareModelsOptions } from './prepare-models.ts';

// Checkpoints
export {
  describeCheckpoint,
  knownFamilies,
  type DescribedCheckpoint,
  type DescribedModel,
  type KnownFamily,
} from './describe-checkpoint.ts';
export { importModels, type ImportedModel, type ImportModelsOptions } from './import-models.ts';
export { importSegmenters, type ImportedSegmenter, type ImportSegmentersOptions } from './import-segmenters.ts';

// Files
export { filesBeside } from './files-beside.ts';

// All files that a study reads
export { studyInputs } from './study-inputs.ts';
export { holdsCheckpoint } from './holds-checkpoint.ts';

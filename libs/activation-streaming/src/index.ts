// Activations of a model over labelled images
export { streamActivations } from './stream-activations.ts';
export {
  activationDefaults,
  openActivations,
  type ActivationModel,
  type ActivationOptions,
} from './open-activations.ts';
export { poolFeatures, poolFeaturesDefaults, type PoolFeaturesOptions } from './pool-features.ts';
export { dismissInference, prepareInference } from './inference-thread.ts';
export { checkImageInput, type ImageInputSettings } from './check-image-input.ts';
export { OpenModels, type OpenModelsOptions, type WantedModel } from './open-models.ts';
export { batchesUnderWay, cutBatches, type ImageRange } from './cut-batches.ts';
export { fileSize, groupModels } from './group-models.ts';
export { sharePassTime, WorkClock } from './pass-times.ts';
export { modelCopies } from './model-copies.ts';
export { gridOf, type LayerMaps, type LayerOptions, type TokenLayout } from './layer-maps.ts';

// How images become the input of a model
export { asBytes, openNormaliser, type Normaliser, type NormaliserOptions } from './normalise-pixels.ts';
export {
  channelCount,
  preprocessingPresets,
  resolvePreprocessing,
  type InputLayout,
  type Preprocessing,
  type PreprocessingInput,
  type PreprocessingPreset,
} from './preprocessing.ts';

// Checkpoints
export type { Checkpoint, CheckpointValue, Container } from './checkpoint.ts';
export { elementBytes, valueCount, type ElementType, type FileSpan, type Tensor } from './tensor.ts';

// Reading
export { containerOf } from './reading/container-of.ts';
export { openCheckpoint } from './reading/open-checkpoint.ts';
export { walkTensors } from './reading/walk-tensors.ts';

// Networks
export type { ArchitectureFacts, ArchitectureName, Network } from './architecture.ts';
export { architectureFacts, checkFacts, type ArchitectureFact } from './building/architecture-facts.ts';
export { factsPage, factsPageFile } from './building/facts-page.ts';
export { buildGraph, namedLayer, type BuildOptions, type BuiltGraph } from './building/build-graph.ts';
export type { AssembledGraph, BuiltConstant, ConstantPlace, WeightPlace } from './building/assemble-graph.ts';
export type { ImageSize } from './building/drawing.ts';
export { identifyGraph } from './building/identify-graph.ts';
export { writeModel, type WriteModelOptions } from './building/write-model.ts';
export { countNonFinite, type NonFiniteCount } from './building/count-non-finite.ts';
export type { WeightType } from './building/weight-values.ts';
export type { DroppedTensor, RecognisedModel } from './recognised-model.ts';

// Families
export type { Family, FamilyFact, FamilySigns, KnownTensor, MapRule, PublishedFile } from './recognising/family.ts';
export { familiesFolder, recipeSchemaFile } from './recognising/families-folder.ts';
export { listFamilies, requireFamily } from './recognising/list-families.ts';
export { publishedCheckpoint, type PublishedCheckpoint } from './recognising/published-checkpoint.ts';
export { readRecipe } from './recognising/read-recipe.ts';
export { recipeHash } from './recognising/recipe-hash.ts';
export { configsBeside } from './recognising/config-files.ts';
export { recogniseModel } from './recognising/recognise-model.ts';
export type { RecogniseOptions } from './recognising/recognise-options.ts';

// From a checkpoint to a graph
export {
  folderOf,
  importCheckpoint,
  metadataKeys,
  type ImportCheckpointOptions,
  type ImportedCheckpoint,
} from './import-checkpoint.ts';

// Segmentation networks
export {
  buildSegmenter,
  type BuildSegmenterOptions,
  type BuiltSegmenter,
  type SegmenterOutput,
} from './segmenting/build-segmenter.ts';
export { noPart } from './segmenting/decide-in-graph.ts';
export type {
  ColourClasses,
  ParsingClasses,
  PartOwner,
  SegmenterClasses,
  SegmenterNetworkName,
} from './segmenting/segmenter-classes.ts';
export {
  pairSegmenters,
  segmenterSources,
  segmenterTitles,
  type SegmenterWeights,
} from './segmenting/segmenter-weights.ts';

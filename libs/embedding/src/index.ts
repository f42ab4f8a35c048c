// Unit matches -> concept profiles
export { profileModels, profileModelsDefaults, type ProfileModelsOptions } from './profile-models.ts';
export { checkNormalisation, normalisations, type Normalisation } from './normalisation.ts';

// Concept profiles -> fewer models, summaries
export { selectModels, selectModelsDefaults, type SelectModelsOptions } from './select-models.ts';
export { summariseProfiles } from './summarise-profiles.ts';

// Concept profiles -> fitted embedding, and what it says
export { fitEmbedding, fitEmbeddingDefaults, type FitEmbeddingOptions } from './fit-embedding.ts';
export { readFittedEmbedding, type FittedEmbedding } from './fitted-embedding.ts';
export { componentVariance, conceptLoadings, embedModels, type ComponentChance } from './embedding-tables.ts';
export { placeModels, type PlaceModelsOptions } from './place-models.ts';
export { type Concept } from './profile-matrix.ts';

// How sure all of it is: bootstrap replicates, parallel analysis
export { countUnits } from './model-units.ts';
export {
  resampledModels,
  resampleUnits,
  resampleUnitsDefaults,
  type ProfileReplicates,
  type Resampled,
  type ResampleUnitsOptions,
} from './profile-replicates.ts';
export { ImageReplicates, type ResampledLayer } from './image-replicates.ts';
export { bootstrapProfiles, type BootstrapProfilesOptions, type ProfileIntervals } from './bootstrap-profiles.ts';
export {
  bootstrapEmbedding,
  type BootstrapEmbeddingOptions,
  type EmbeddingUncertainty,
} from './bootstrap-embedding.ts';
export { testComponents, testComponentsDefaults, type TestComponentsOptions } from './test-components.ts';

// Many variants of the same profiles
export { profileDistances, ProfileView, type ProfileDistance, type ProfileViewOptions } from './profile-view.ts';
export { profileMatrix, selectProfiles, type ProfileMatrix } from './profile-matrix.ts';
export { weighCounts, type CountedProfiles } from './weigh-counts.ts';
export { replicateCounts } from './replicate-counts.ts';

// Two runs: what is new, and how far the others moved
export { compareEmbeddings, type EmbeddingChange, type ModelMove } from './compare-embeddings.ts';

// Categories of models
export { rateClusters, rateClustersDefaults, type RateClustersOptions } from './rate-clusters.ts';
export { describeCategories, type DescribeCategoriesOptions } from './describe-categories.ts';

// Named choices
export {
  checkEmbeddingPreset,
  embeddingPresets,
  type EmbeddingPreset,
  type EmbeddingPresetName,
} from './embedding-presets.ts';

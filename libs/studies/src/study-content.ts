import type { PreprocessingInput, PreprocessingPreset, TokenLayout } from '@intermodel/activation-streaming';
import type { DissectionPreset, DissectionPresetName } from '@intermodel/concept-matching';
import type { ModelNameRule, TextEncoding } from '@intermodel/data-loading';
import type { EmbeddingPresetName, Normalisation } from '@intermodel/embedding';
import type { StudyData, StudyGallery, StudyRelations, StudySegmenter, StudySpatialParts } from './study.ts';

/** What a study file holds, as the JSON Schema describes it: only `data` and `models` must be there. */
export interface StudyContent {
  /** Schema for editors; not read. */
  readonly $schema?: string;
  /** Headline of the report. */
  readonly title?: string;
  /** What stands below the headline. @default nothing */
  readonly abstract?: string;
  /** Images and labels. */
  readonly data: DataContent;
  /** Models to compare. */
  readonly models: readonly ModelContent[];
  /** Variant of network dissection. @default 'dissect-2020' */
  readonly preset?: DissectionPresetName;
  /** Second variant to compare with. @default none */
  readonly diffPreset?: DissectionPresetName;
  /** Changes of the preset. */
  readonly matching?: MatchingContent;
  /** Changes of the second variant; those of `matching` leave it as it is. */
  readonly diffMatching?: MatchingContent;
  /** How the machine is used. */
  readonly runtime?: RuntimeContent;
  /** One score table or several. @default none */
  readonly scores?: string | readonly string[];
  /** CSV that says what the columns of wide score tables mean. */
  readonly scoreColumns?: string;
  /** How the models of score tables are named. @default that of the preset of the embedding */
  readonly modelNames?: ModelNameRule;
  /** Encoding of the CSV tables of scores that have no byte-order mark. @default 'utf-8' */
  readonly encoding?: TextEncoding;
  /** Choices of the embedding. */
  readonly embedding?: EmbeddingContent;
  /** Relations to scores. */
  readonly relations?: Partial<StudyRelations>;
  /** Images of the best units. */
  readonly gallery?: Partial<StudyGallery>;
  /** Seed of everything that is random. @default 0 */
  readonly seed?: number;
}

/**
 * Images and labels as a study file names them: a folder in the layout of `format`, or images, labels and their names.
 */
export type DataContent = Partial<Omit<StudyData, 'spatialParts' | 'segmenters'>> & {
  /** Segmentation models that the labels come from, instead of files. */
  readonly segmenters?: readonly SegmenterContent[];
  /** Whether, or how, objects are cut into halves. @default false */
  readonly spatialParts?: boolean | Partial<StudySpatialParts>;
};

/** A segmentation model as a study file describes it. */
export type SegmenterContent = Omit<StudySegmenter, 'input'> & {
  /** Preset or settings of the input. @default that of the segmenter's preset, else 'imagenet' */
  readonly input?: PreprocessingPreset | Omit<InputContent, 'resize' | 'shortestSide' | 'layout'>;
};

/** A model as a study file describes it. */
export interface ModelContent {
  /** Name in tables and of the model's folder. */
  readonly name: string;
  /** ONNX file. */
  readonly file: string;
  /** Tensor to dissect. @default the last spatial map before global pooling */
  readonly layer?: string;
  /** Several tensors, instead of `layer`. */
  readonly layers?: readonly string[];
  /** Preset or settings of the input. @default 'imagenet' */
  readonly input?: PreprocessingPreset | InputContent;
  /** How the tokens of a vision transformer lie on the image. */
  readonly tokens?: TokenLayout;
}

/** Settings of a model's input on top of a preset. */
export type InputContent = PreprocessingInput & {
  /** Preset that everything not given is taken from. @default 'imagenet' */
  readonly preset?: PreprocessingPreset;
};

/** Changes of a preset of the dissection. */
export type MatchingContent = Partial<Omit<DissectionPreset, 'labelGrid'>>;

/**
 * How the machine is used, as a study file says it.
 *
 * Models that take the same images are open at the same time, so that these are decoded once: memory grows with each by
 * about the size of its file and what its runs hold, until their files have 1 GiB together; further ones follow in a
 * pass of their own. A smaller `batchSize` lessens what runs hold.
 */
export interface RuntimeContent {
  /** Images of one run of a model. */
  readonly batchSize?: number;
  /** Threads of a model. */
  readonly threads?: number;
  /** Execution providers, the preferred first. @default ['cpu'] */
  readonly executionProviders?: readonly string[];
  /** Memory for kept maps, in MiB; the others are read from the store. @default 128 */
  readonly keptMapsMegabytes?: number;
  /** Whether models are run a second time instead of keeping maps. @default false */
  readonly secondPass?: boolean;
  /**
   * Images that are counted together at most, 1 to 65536: so many are run anew where one of them changes. @default 64
   */
  readonly imagesPerShard?: number;
  /** Folder where labels of segmentation models are kept for later runs. @default in the output folder */
  readonly labelCache?: string;
  /** Size k of a sketch that estimates thresholds, at least 64. @default none: exact */
  readonly sketch?: number;
  /** Seconds that the runtime may take to look at a model before it is dissected. @default 60 */
  readonly probeSeconds?: number;
  /** Memory (MiB) that it may take for that, beside the weights. @default 2048 */
  readonly probeMegabytes?: number;
}

/** Choices of the embedding as a study file states them. */
export interface EmbeddingContent {
  /** Choices that the others change. @default 'default' */
  readonly preset?: EmbeddingPresetName;
  /** Principal components. @default 3, or one fewer than models */
  readonly components?: number;
  /** Categories of models. @default 3, or the number of models */
  readonly clusters?: number;
  /** Models left out of the fit. @default none */
  readonly exclude?: readonly string[];
  /** How counts become weights. */
  readonly normalisation?: Normalisation;
  /** Whether the first concept is dropped. */
  readonly dropFirstConcept?: boolean;
  /** Output folder of an earlier run whose embedding is used. */
  readonly frozen?: string;
}

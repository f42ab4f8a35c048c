import type { Preprocessing, TokenLayout } from '@intermodel/activation-streaming';
import type { DissectionPreset, DissectionPresetName, PresetGate } from '@intermodel/concept-matching';
import type {
  DatasetFormatName,
  ExifTurns,
  ModelNameRule,
  ResolvedGeometry,
  RgbColour,
  SegmenterHead,
  SegmenterPresetName,
  TextEncoding,
  VocabularyChanges,
} from '@intermodel/data-loading';
import type { EmbeddingPreset, EmbeddingPresetName } from '@intermodel/embedding';
import type { ActivationPool } from '@intermodel/numerics';

/** A study with every choice made: presets expanded, defaults filled in, paths absolute. */
export interface Study {
  /** Path of the study file; undefined for a study that a program described. */
  readonly file: string | undefined;
  /** Folder that relative paths were taken from. */
  readonly folder: string;
  /** Headline of the report. */
  readonly title: string;
  /** What stands below the headline; undefined: nothing. */
  readonly abstract: string | undefined;
  /** Images and labels. */
  readonly data: StudyData;
  /** Models in the order given, names unique. */
  readonly models: readonly StudyModel[];
  /** Name of the variant of network dissection. */
  readonly preset: DissectionPresetName;
  /** All choices of `preset`, with the study's own changes and label grid. */
  readonly matching: DissectionPreset;
  /** Name of a second variant to compare with; undefined: there is none. */
  readonly diffPreset: DissectionPresetName | undefined;
  /** All its choices, with the same label grid; there wherever `diffPreset` is. */
  readonly diffMatching: DissectionPreset | undefined;
  /** How the machine is used. */
  readonly runtime: StudyRuntime;
  /** Score tables; empty: nothing is related. */
  readonly scores: readonly string[];
  /** CSV that says what the columns of wide score tables mean; undefined: those of the published study. */
  readonly scoreColumns: string | undefined;
  /** How the models of score tables are named. */
  readonly modelNames: ModelNameRule;
  /** Encoding of the CSV tables of scores that have no byte-order mark; undefined: UTF-8. */
  readonly encoding: TextEncoding | undefined;
  /** The embedding; undefined where a single model is dissected, which makes none. */
  readonly embedding: StudyEmbedding | undefined;
  /** Relations to scores. */
  readonly relations: StudyRelations;
  /** Images of the best units. */
  readonly gallery: StudyGallery;
  /** Seed of everything that is random. */
  readonly seed: number;
}

/** Images and labels of a study. */
export interface StudyData {
  /** Layout of the data set. */
  readonly format: DatasetFormatName;
  /** Folder of a data set in the layout of `format`, instead of the four paths that follow. */
  readonly root?: string;
  /** Folder of images. */
  readonly images?: string;
  /** Folder of label images. */
  readonly labels?: string;
  /** CSV that names the label numbers. */
  readonly labelNames?: string;
  /** CSV of labels of whole images. */
  readonly imageLabels?: string;
  /** Encoding of the CSV files that have no byte-order mark; absent: UTF-8. */
  readonly encoding?: TextEncoding;
  /** Part of the data set. */
  readonly split?: string;
  /** Categories that are read. */
  readonly categories?: readonly string[];
  /** File of the class names, instead of that of the layout. */
  readonly names?: string;
  /** What crowds count as. */
  readonly crowd?: 'keep' | 'ignore';
  /** Whether classes are numbered from 0 with 255 for none. */
  readonly reducedZero?: boolean;
  /** Number of pixels that nobody judged: any but 0. */
  readonly ignore?: number;
  /** What follows the shared part of the stems of images; images without it are left aside. */
  readonly imageSuffix?: string;
  /** What follows the shared part of the stems of label files; others are left aside. */
  readonly labelSuffix?: string;
  /** What happens to images without labels, and the other way round. */
  readonly unpaired?: 'refuse' | 'leave-out';
  /** Segmentation models that the labels come from, instead of files. */
  readonly segmenters?: readonly StudySegmenter[];
  /** Changes of the vocabulary. */
  readonly vocabulary?: VocabularyChanges;
  /** Whether the colours of pixels are named. */
  readonly colours: boolean;
  /** How objects are cut into halves; absent: not at all. */
  readonly spatialParts?: StudySpatialParts;
  /** Size of label planes, in pixels. */
  readonly labelGrid: GridSize;
  /** Whether images that do not decode are passed over. */
  readonly skipBad: boolean;
  /** Largest number of pixels of an image that is decoded. */
  readonly maxPixels: number;
  /** Colour behind transparent pixels. */
  readonly background: RgbColour;
  /** Whether images are set upright by their EXIF orientation, or read as they are stored. */
  readonly exif: ExifTurns;
}

/** A segmentation model as a source of labels: a usual export, or heads one by one. */
export interface StudySegmenter {
  /** ONNX file. */
  readonly file: string;
  /** Usual export that input and heads are taken from. */
  readonly preset?: SegmenterPresetName;
  /** Tensors of the preset's heads, in their order. */
  readonly tensors?: readonly string[];
  /** Names of the classes of unified parsing. */
  readonly labels?: string;
  /** How images become the input; absent: as the preset says. */
  readonly input?: Preprocessing;
  /** Outputs, where no preset is named. */
  readonly heads?: readonly StudySegmenterHead[];
}

/** One output of a segmentation model. */
export interface StudySegmenterHead extends Omit<SegmenterHead, 'classes' | 'channels'> {
  /** CSV of index and name, and if need be category and threshold. */
  readonly classes: string;
  /** CSV of owner and part. */
  readonly owners?: string;
}

/** How objects are cut into top, bottom, left and right halves. */
export interface StudySpatialParts {
  /** Categories whose concepts are cut. */
  readonly categories: readonly string[];
  /** Whether the last component of each plane stays whole, as in the published study. */
  readonly skipLastComponent: boolean;
}

/** Size of a grid. */
export interface GridSize {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A model of a study. */
export interface StudyModel {
  /** Name in tables, and of the model's folder: usable as a folder name on every system. */
  readonly name: string;
  /** ONNX file. */
  readonly file: string;
  /** Tensors to dissect; `usual`: the last spatial map before global pooling. */
  readonly layers: readonly string[] | 'usual';
  /** How the tokens of a vision transformer lie on the image, as far as it is declared. */
  readonly tokens: TokenLayout;
  /** How images become the input. */
  readonly input: Preprocessing;
  /** Whether the study leaves the size of the input open, so that of the model holds where its file fixes one. */
  readonly sizeIsOpen: boolean;
  /** How images and labels are brought to size: `input` and the label grid. */
  readonly geometry: ResolvedGeometry;
}

/** How the machine is used; but for the execution providers and the sketch, nothing here changes a result. */
export interface StudyRuntime {
  /** Images of one run of a model; absent: as many as fit well into memory. */
  readonly batchSize?: number;
  /** Threads of a model; absent: one a processor. */
  readonly threads?: number;
  /** Execution providers, the preferred first. */
  readonly executionProviders: readonly string[];
  /** Memory for kept maps, in MiB. */
  readonly keptMapsMegabytes: number;
  /** Whether models are run a second time instead of keeping maps. */
  readonly secondPass: boolean;
  /** Images that are counted together at most, so that what was counted of them can be kept for later runs. */
  readonly imagesPerShard: number;
  /** Folder where labels of segmentation models are kept for later runs; absent: in the output folder. */
  readonly labelCache?: string;
  /** Size k of the sketch that estimates thresholds; absent: they are exact. */
  readonly sketch?: number;
  /** Seconds that the runtime may take to look at a model; absent: 60. */
  readonly probeSeconds?: number;
  /** Memory (MiB) that it may take for that beside the weights; absent: 2048. */
  readonly probeMegabytes?: number;
}

/** The embedding of a study, with score and gate of its matches. */
export interface StudyEmbedding extends Omit<EmbeddingPreset, 'modelNames' | 'gate'>, PresetGate {
  /** Name of the preset that the other choices come from. */
  readonly preset: EmbeddingPresetName;
  /** Output folder of an earlier run, in whose embedding models are placed. */
  readonly frozen?: string;
}

/** How the embedding is related to scores. */
export interface StudyRelations {
  /** Orderings drawn where there are too many to try all. */
  readonly permutations: number;
}

/** Places of the thumbnails of a gallery: in the report itself, or in a folder beside it. */
export const galleryPlaces = ['embedded', 'folder'] as const;

/** Place of the thumbnails of a gallery. */
export type GalleryPlace = (typeof galleryPlaces)[number];

/** Images that drive the best units most strongly, as the report shows them. */
export interface StudyGallery {
  /** Best units of each layer that are shown; 0: none. */
  readonly units: number;
  /** Images of each unit, at least 1; tallied in the pass that runs the models. */
  readonly images: number;
  /** What of a map ranks the images: its largest value or its mean. */
  readonly pool: ActivationPool;
  /** Longer side of a thumbnail, in pixels. */
  readonly thumbnailPixels: number;
  /** Where thumbnails stand. */
  readonly place: GalleryPlace;
  /** Most MiB of thumbnails in the report itself; what does not fit is named only. */
  readonly megabytes: number;
}

/** The variants of network dissection that a study asks for: its own, and the second one if there is one. */
export function matchingsOf({ matching, diffMatching }: Pick<Study, 'matching' | 'diffMatching'>): DissectionPreset[] {
  return diffMatching === undefined ? [matching] : [matching, diffMatching];
}

import type { Preprocessing, TokenLayout } from '@intermodel/activation-streaming';
import type { DissectionPreset, DissectionPresetName, PresetGate } from '@intermodel/concept-matching';
import type { ModelNameRule, ResolvedGeometry, TextEncoding } from '@intermodel/data-loading';
import type { EmbeddingPreset, EmbeddingPresetName } from '@intermodel/embedding';
import type {
  DataContent,
  GalleryContent,
  GroupDefaults,
  LabelGridContent,
  ModelContent,
  RelationsContent,
  ResamplingContent,
  ClaimsContent,
  RuntimeContent,
  SegmenterContent,
  SegmenterHeadContent,
  SignificanceContent,
  SpatialPartsContent,
  TaskContent,
} from './study-content.ts';

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
  /** Images and labels; without images where the study has tasks alone. */
  readonly data: StudyData;
  /** Whether there are labelled images, on which models are dissected. */
  readonly hasData: boolean;
  /** Tasks on which models are scored, names unique. */
  readonly tasks: readonly StudyTask[];
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
  /** Tests of matches against chance. */
  readonly significance: StudySignificance;
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
  /** How sure profiles and embedding are. */
  readonly resampling: StudyResampling;
  /** Relations to scores. */
  readonly relations: StudyRelations;
  /** Claims that are judged; undefined: none are. */
  readonly claims: ClaimsContent | undefined;
  /** Images of the best units. */
  readonly gallery: StudyGallery;
  /** Seed of everything that is random. */
  readonly seed: number;
}

/** What a study file holds of a group, with the defaults of its options filled in. */
export type Filled<Content, Defaults> = Omit<Content, keyof Defaults> & Defaults;

/** Images and labels of a study. */
export interface StudyData extends Omit<
  Filled<DataContent, GroupDefaults['data']>,
  'unpaired' | 'segmenters' | 'spatialParts' | 'labelGrid'
> {
  /** What happens to images without labels, and the other way round; given for plain data sets, or where asked for. */
  readonly unpaired?: NonNullable<DataContent['unpaired']>;
  /** Segmentation models that the labels come from, instead of files. */
  readonly segmenters?: readonly StudySegmenter[];
  /** How objects are cut into halves; absent: not at all. */
  readonly spatialParts?: StudySpatialParts;
  /** Size of label planes, in pixels. */
  readonly labelGrid: GridSize;
}

/** A segmentation model as a source of labels: a usual export, or heads one by one. */
export interface StudySegmenter extends Omit<SegmenterContent, 'input'> {
  /** How images become the input; absent: as the preset says. */
  readonly input?: Preprocessing;
}

/** One output of a segmentation model. */
export type StudySegmenterHead = SegmenterHeadContent;

/** How objects are cut into top, bottom, left and right halves. */
export type StudySpatialParts = Required<SpatialPartsContent>;

/** Size of a grid: columns and rows. */
export type GridSize = LabelGridContent;

/** How the tensors of a checkpoint are read, as far as the study says; what it does not say is recognised. */
export type CheckpointReading = Pick<ModelContent, 'family' | 'recipe' | 'take' | 'strip' | 'heads'>;

/** What a checkpoint was found to be: recorded beside its results. */
export interface ModelOrigin {
  /** Family of the checkpoint. */
  readonly family: string;
  /** SHA-256 of its files. */
  readonly checkpoint: string;
  /** Names of these, relative to the folder of the one that is named. */
  readonly names: readonly string[];
  /** SHA-256 of what its graph computes, wherever the files lie. */
  readonly graph: string;
  /** SHA-256 of what makes a graph of such a checkpoint: the families that are known, or the recipe. */
  readonly recipe: string;
  /** What weights do not tell and was taken: one sentence each. */
  readonly assumptions: readonly string[];
  /** Those of them that a reader must see even where nobody asks. */
  readonly doubts: readonly string[];
  /** What is wrong with the weights: one sentence each. */
  readonly warnings: readonly string[];
}

/** A model of a study. */
export interface StudyModel extends CheckpointReading {
  /** Name in tables, and of the model's folder: usable as a folder name on every system. */
  readonly name: string;
  /** ONNX file, or checkpoint. */
  readonly file: string;
  /** Model that it is the untrained twin of: the same file, with weights drawn from the seed of the study. */
  readonly twinOf?: string;
  /** Whether the study says that it is a checkpoint; else its content tells. */
  readonly isCheckpoint: boolean;
  /** ONNX graph of a checkpoint, whose weights stay in `file`; there once the study was opened. */
  readonly graph?: Uint8Array;
  /** What a checkpoint was found to be; there once the study was opened. */
  readonly origin?: ModelOrigin;
  /** Tensors to dissect; `usual`: the last spatial map before global pooling. */
  readonly layers: readonly string[] | 'usual';
  /** Whether no layer was named. */
  readonly layersAreUsual: boolean;
  /** Tensor of the scores of the classes that it was trained on; absent: none is named. */
  readonly classifier?: string;
  /** How the tokens of a vision transformer lie on the image, as far as it is declared. */
  readonly tokens: TokenLayout;
  /** How images become the input. */
  readonly input: Preprocessing;
  /** What of it the study says; what it does not is filled in from the family of a checkpoint. */
  readonly givenInput: ModelContent['input'];
  /** Whether the study leaves the size of the input open, so that of the model holds where its file fixes one. */
  readonly sizeIsOpen: boolean;
  /** How images and labels are brought to size: `input` and the label grid. */
  readonly geometry: ResolvedGeometry;
}

/** A task of one's own. */
export interface StudyTask extends Filled<TaskContent, GroupDefaults['tasks[]']> {
  /** Name of its data set in tables. */
  readonly name: string;
}

/** Tests of matches against chance. */
export type StudySignificance = Filled<SignificanceContent, GroupDefaults['significance']>;

/** How the machine is used; but for the execution providers and the sketch, nothing here changes a result. */
export type StudyRuntime = Filled<RuntimeContent, GroupDefaults['runtime']>;

/** The embedding of a study, with score and gate of its matches. */
export interface StudyEmbedding extends Omit<EmbeddingPreset, 'modelNames' | 'gate'>, PresetGate {
  /** Name of the preset that the other choices come from. */
  readonly preset: EmbeddingPresetName;
  /** Output folder of an earlier run, in whose embedding models are placed. */
  readonly frozen?: string;
}

/** How often is drawn what intervals come from. */
export type StudyResampling = Required<ResamplingContent>;

/** How the embedding is related to scores. */
export type StudyRelations = Filled<RelationsContent, GroupDefaults['relations']>;

/** Places of the thumbnails of a gallery: in the report itself, or in a folder beside it. */
export const galleryPlaces = ['embedded', 'folder'] as const;

/** Place of the thumbnails of a gallery. */
export type GalleryPlace = (typeof galleryPlaces)[number];

/** Images that drive the best units most strongly, as the report shows them. */
export type StudyGallery = Required<GalleryContent>;

/** What a unit must pass to match its concept in a study. */
export function gateOf({ matching, significance }: Pick<Study, 'matching' | 'significance'>): PresetGate {
  const { score, gate, compareGate } = matching;
  return { score, gate, compareGate, match: significance.match };
}

/** The untrained twin of a model, which shares its file, layers and preprocessing. */
export function twinOfModel({ origin: _origin, ...model }: StudyModel): StudyModel {
  return { ...model, name: twinName(model.name), twinOf: model.name };
}

/** Name of the untrained twin of a model. */
export function twinName(model: string): string {
  return `${model}-twin`;
}

/** Models of a study that were given, without untrained twins. */
export function givenModels({ models }: Pick<Study, 'models'>): StudyModel[] {
  return models.filter(({ twinOf }) => twinOf === undefined);
}

/** The variants of network dissection that a study asks for: its own, and the second one if there is one. */
export function matchingsOf({ matching, diffMatching }: Pick<Study, 'matching' | 'diffMatching'>): DissectionPreset[] {
  return diffMatching === undefined ? [matching] : [matching, diffMatching];
}

import { readFileSync } from 'node:fs';
import { preprocessingPresets, type Preprocessing } from '@intermodel/activation-streaming';
import { corrections, permutationScopes } from '@intermodel/cross-task-analysis';
import { dissectionPresets, type DissectionPreset, type MatchScoreName } from '@intermodel/concept-matching';
import {
  datasetFormats,
  modelNameRules,
  segmenterPresetNames,
  taskFormats,
  textEncodings,
  type SegmenterHead,
  type VocabularyChanges,
} from '@intermodel/data-loading';
import { embeddingPresets, normalisations } from '@intermodel/embedding';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkStudyShape } from './check-study-shape.ts';
import { defineStudy } from './read-study-file.ts';
import { parseStudyText } from './parse-study-text.ts';
import { studySchemaFile } from './study-schema-file.ts';
import type {
  DataContent,
  EmbeddingContent,
  InputContent,
  MatchingContent,
  ModelContent,
  RuntimeContent,
  SegmenterContent,
  SignificanceContent,
  StudyContent,
  TaskContent,
} from './study-content.ts';
import { galleryPlaces } from './study.ts';
import { StudyFileError } from './study-problems.ts';
import type { Study, StudyGallery, StudyResampling, StudySegmenterHead, StudySpatialParts } from './study.ts';

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
}

const root = JSON.parse(readFileSync(studySchemaFile, 'utf8')) as Schema;
const follow = (schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : { ...follow(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}), ...schema };

/** All properties by their path; those of an entry of a list stand behind `0`. */
function propertiesOf(schema: Schema, at: readonly string[] = []): [string, Schema][] {
  const { properties = {}, items } = follow(schema);
  return [
    ...Object.entries(properties).flatMap(([key, property]): [string, Schema][] => [
      [[...at, key].join('.'), follow(property)],
      ...propertiesOf(property, [...at, key]),
    ]),
    ...(items === undefined ? [] : propertiesOf(items, [...at, '0'])),
  ];
}
const properties = new Map(propertiesOf(root));

const base = {
  data: { images: 'photos', labels: 'masks', labelNames: 'labels.csv' },
  models: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, file: `${name}.onnx` })),
} satisfies StudyContent;
type Json = Record<string, unknown>;

/** The plain study with some paths set. */
function studyWith(settings: Readonly<Record<string, unknown>>): StudyContent {
  const study = structuredClone(base) as Json;
  for (const [path, value] of Object.entries(settings)) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    const parent = parts.reduce<Json>((node, part) => (node[part] ??= {}) as Json, study);
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = structuredClone(value);
  }
  return study as unknown as StudyContent;
}
const resolve = (settings: Readonly<Record<string, unknown>>) =>
  defineStudy(studyWith(settings), { folder: '/study', checkFiles: false });

/** A study as it is of ONNX files: what is said of an input counts beside its defaults for checkpoints alone. */
const asOnnx = (study: Study) => ({
  ...study,
  models: study.models.map((model) => ({ ...model, givenInput: undefined })),
});

/** A data set named by its folder, instead of images and labels one by one. */
const ofRoot = { 'data.root': 'set', 'data.images': undefined, 'data.labels': undefined, 'data.labelNames': undefined };

/** Labels from a segmentation model instead of files: with heads, or of a usual export. */
const fromImages = { 'data.labels': undefined, 'data.labelNames': undefined };
const ofHeads = {
  ...fromImages,
  'data.segmenters': [{ file: 's.onnx', heads: [{ tensor: 'logits', category: 'object', classes: 'classes.csv' }] }],
};
const ofPreset = {
  ...fromImages,
  'data.segmenters': [{ file: 's.onnx', preset: 'unified-parsing', labels: 'labels.json' }],
};
const ofPublished = {
  ...fromImages,
  'data.segmenters': [{ checkpoint: ['c.pth', 'd.pth'], preset: 'dissect-2020', labels: 'labels.json' }],
};
/** A task of one's own, with what else must be said of it. */
const ofTask = (more: object = {}) => ({ tasks: [{ root: 'photos', ...more }] });
const ofInput = { ...ofHeads, 'data.segmenters.0.input': {} };

/** Another value for each change of a preset. */
const matchingChanges: Readonly<Record<string, readonly [unknown]>> = {
  matching: [{ level: 0.5 }],
  'matching.level': [0.5],
  'matching.rule': ['linear'],
  'matching.values': ['raw'],
  'matching.compare': ['>='],
  'matching.padding': ['clamp'],
  'matching.alignment': ['corners'],
  'matching.ignoredPixels': ['left-out'],
  'matching.areaScope': ['category-in-image'],
  'matching.epsilon': [1e-10],
  'matching.matchScope': ['per-category'],
  'matching.score': ['mcc'],
  'matching.gate': [0.1],
  'matching.compareGate': ['>='],
  'matching.minimumQuality': [0.01],
  'matching.minimumImages': [10],
  'matching.minimumCoverage': [0.5],
};

/** The key of the second variant for one of the first. */
function diffKey(key: string): string {
  return key.replace(/^matching/u, 'diffMatching');
}

/** For every property another value than the default, and what must stand beside it. */
const changes: Readonly<Record<string, readonly [value: unknown, beside?: Readonly<Record<string, unknown>>]>> = {
  title: ['Other'],
  abstract: ['What it asks.'],
  'data.format': ['broden', ofRoot],
  'data.root': ['other', ofRoot],
  'data.split': ['val', { ...ofRoot, 'data.format': 'voc' }],
  'data.categories': [['object'], { ...ofRoot, 'data.format': 'broden' }],
  'data.names': ['names.csv', { ...ofRoot, 'data.format': 'voc' }],
  'data.encoding': ['latin-1'],
  'data.crowd': ['ignore', { ...ofRoot, 'data.format': 'coco-panoptic' }],
  'data.reducedZero': [true, { ...ofRoot, 'data.format': 'ade20k-challenge' }],
  'data.segmenters': [[{ file: 't.onnx', preset: 'voc-21' }], ofHeads],
  'data.segmenters.0.file': ['t.onnx', ofHeads],
  'data.segmenters.0.checkpoint': [['a.pth', 'b.pth'], ofPublished],
  'data.segmenters.0.anyWidth': [true, ofPublished],
  'data.segmenters.0.preset': ['voc-21', { ...ofPreset, 'data.segmenters.0.labels': undefined }],
  'data.segmenters.0.tensors': [['a', 'b', 'c'], ofPreset],
  'data.segmenters.0.labels': ['other.json', ofPreset],
  'data.segmenters.0.input': ['caffe', ofHeads],
  'data.segmenters.0.input.preset': ['zero-one', ofInput],
  'data.segmenters.0.input.width': [32, ofInput],
  'data.segmenters.0.input.height': [32, ofInput],
  'data.segmenters.0.input.filter': ['nearest', ofInput],
  'data.segmenters.0.input.channels': ['bgr', { ...ofInput, 'data.segmenters.0.input.preset': 'zero-one' }],
  'data.segmenters.0.input.scale': [1, { ...ofInput, 'data.segmenters.0.input.preset': 'zero-one' }],
  'data.segmenters.0.input.mean': [[1, 2, 3], { ...ofInput, 'data.segmenters.0.input.preset': 'zero-one' }],
  'data.segmenters.0.input.std': [[1, 2, 3], { ...ofInput, 'data.segmenters.0.input.preset': 'zero-one' }],
  'data.segmenters.0.heads': [[{ tensor: 'probabilities', category: 'object', classes: 'classes.csv' }], ofHeads],
  'data.segmenters.0.heads.0.tensor': ['probabilities', ofHeads],
  'data.segmenters.0.heads.0.category': ['part', ofHeads],
  'data.segmenters.0.heads.0.classes': ['other.csv', ofHeads],
  'data.segmenters.0.heads.0.decide': ['threshold', ofHeads],
  'data.segmenters.0.heads.0.confidence': [0.5, ofHeads],
  'data.segmenters.0.heads.0.threshold': [0.5, ofHeads],
  'data.segmenters.0.heads.0.upsample': [false, ofHeads],
  'data.segmenters.0.heads.0.ownedBy': ['objects', { ...ofHeads, 'data.segmenters.0.heads.0.owners': 'owners.csv' }],
  'data.segmenters.0.heads.0.owners': ['owners.csv', { ...ofHeads, 'data.segmenters.0.heads.0.ownedBy': 'objects' }],
  'data.vocabulary': [{ keep: ['sky'] }],
  'data.vocabulary.synonyms': ['synonyms.csv'],
  'data.vocabulary.categories': ['categories.csv'],
  'data.vocabulary.keep': [['sky']],
  'data.vocabulary.keepCategories': [['object']],
  'data.vocabulary.minimumImages': [10],
  'data.vocabulary.minimumCoverage': [0.5],
  'data.colours': [true],
  'data.spatialParts': [true],
  'data.spatialParts.planes': ['first', { 'data.spatialParts.categories': ['material'] }],
  'data.spatialParts.categories': [['material'], { 'data.spatialParts.skipLastComponent': true }],
  'data.spatialParts.skipLastComponent': [true, { 'data.spatialParts.categories': ['material'] }],
  'data.images': ['other'],
  'data.labels': ['other'],
  'data.labelNames': ['other.csv'],
  'data.imageLabels': ['images.csv'],
  'data.ignore': [255],
  'data.imageSuffix': ['_left'],
  'data.labelSuffix': ['_mask'],
  'data.unpaired': ['leave-out'],
  'data.labelGrid': [{ width: 28, height: 28 }],
  'data.labelGrid.width': [28, { 'data.labelGrid.height': 56 }],
  'data.labelGrid.height': [28, { 'data.labelGrid.width': 56 }],
  'data.skipBad': [true],
  'data.maxPixels': [1000],
  'data.background': [[0, 0, 0]],
  'data.exif': ['ignore'],
  models: [[{ name: 'z', file: 'z.onnx' }]],
  'models.0.name': ['z'],
  'models.0.file': ['z.onnx'],
  'models.0.checkpoint': ['z.pth', { 'models.0.file': undefined }],
  'models.0.family': ['moco-v2'],
  'models.0.recipe': ['own.yaml'],
  'models.0.take': ['teacher'],
  'models.0.strip': [['module.']],
  'models.0.heads': [6],
  'models.0.layer': ['relu'],
  'models.0.layers': [['relu', 'add']],
  'models.0.classifier': ['logits'],
  'models.0.twin': [true],
  'models.0.input': ['caffe'],
  'models.0.input.preset': ['zero-one'],
  'models.0.input.width': [32],
  'models.0.input.height': [32],
  'models.0.input.resize': ['shortest-side'],
  'models.0.input.shortestSide': [256, { 'models.0.input.resize': 'shortest-side' }],
  'models.0.input.filter': ['nearest'],
  'models.0.input.channels': ['bgr', { 'models.0.input.preset': 'zero-one' }],
  'models.0.input.scale': [1, { 'models.0.input.preset': 'zero-one' }],
  'models.0.input.mean': [[1, 2, 3], { 'models.0.input.preset': 'zero-one' }],
  'models.0.input.std': [[1, 2, 3], { 'models.0.input.preset': 'zero-one' }],
  'models.0.input.layout': ['NHWC'],
  'models.0.tokens': [{ prefix: 1 }],
  'models.0.tokens.prefix': [1],
  'models.0.tokens.width': [7, { 'models.0.tokens.height': 14 }],
  'models.0.tokens.height': [7, { 'models.0.tokens.width': 14 }],
  tasks: [[{ root: 'photos' }]],
  'tasks.0.name': ['flowers', ofTask()],
  'tasks.0.kinds': [['many-shot'], ofTask()],
  'tasks.0.format': ['class-csv', ofTask()],
  'tasks.0.root': ['other', ofTask()],
  'tasks.0.images': ['other', ofTask({ format: 'normals' })],
  'tasks.0.annotations': ['other.csv', ofTask({ format: 'class-csv' })],
  'tasks.0.labels': ['other', ofTask({ format: 'normals' })],
  'tasks.0.labelNames': ['other.csv', ofTask({ format: 'planes' })],
  'tasks.0.dataset': ['voc', ofTask({ format: 'planes' })],
  'tasks.0.parts': [{ train: 'train2017' }, ofTask({ format: 'coco-boxes' })],
  'tasks.0.parts.train': ['train2017', ofTask({ format: 'coco-boxes', parts: { test: 'val2017' } })],
  'tasks.0.parts.val': ['minival', ofTask({ format: 'coco-boxes', parts: { test: 'val2017' } })],
  'tasks.0.parts.test': ['val2017', ofTask({ format: 'coco-boxes', parts: { train: 'train2017' } })],
  'tasks.0.depthScale': [256, ofTask({ format: 'depth' })],
  'tasks.0.unpaired': ['leave-out', ofTask({ format: 'normals' })],
  'tasks.0.encoding': ['latin-1', ofTask({ format: 'class-csv' })],
  'tasks.0.imageSuffix': ['_left', ofTask({ format: 'normals' })],
  'tasks.0.labelSuffix': ['_normal', ofTask({ format: 'normals' })],
  'tasks.0.ignore': [255, ofTask({ format: 'planes' })],
  'tasks.0.reducedZero': [true, ofTask({ format: 'planes' })],
  'tasks.0.split': [{ seed: 3 }, ofTask()],
  'tasks.0.split.train': [0.6, ofTask({ split: { val: 0.2 } })],
  'tasks.0.split.val': [0.2, ofTask({ split: { train: 0.6 } })],
  'tasks.0.split.test': [0.3, ofTask({ split: { train: 0.6 } })],
  'tasks.0.split.seed': [1, ofTask({ split: {} })],
  'tasks.0.pool': ['max', ofTask()],
  'tasks.0.ways': [3, ofTask()],
  'tasks.0.shots': [[5], ofTask()],
  'tasks.0.queries': [10, ofTask()],
  'tasks.0.episodes': [100, ofTask()],
  'tasks.0.cells': [5000, ofTask()],
  'tasks.0.replicates': [1000, ofTask()],
  preset: ['gandissect'],
  diffPreset: ['gandissect'],
  ...matchingChanges,
  // The same of the second variant, which begins with the default of the first.
  ...Object.fromEntries(
    Object.entries(matchingChanges).map(([key, [value]]) => [
      diffKey(key),
      [value, { diffPreset: 'dissect-2020' }] as const,
    ]),
  ),
  significance: [{ nulls: 20 }],
  'significance.nulls': [20],
  'significance.kind': ['roll'],
  'significance.pool': ['alike'],
  'significance.maximumImages': [64],
  'significance.match': ['both'],
  runtime: [{ threads: 1 }],
  'runtime.batchSize': [4],
  'runtime.threads': [1],
  'runtime.executionProviders': [['cuda', 'cpu']],
  'runtime.keptMapsMegabytes': [64],
  'runtime.secondPass': [true],
  'runtime.imagesPerShard': [32],
  'runtime.labelCache': ['kept'],
  'runtime.sketch': [4096],
  'runtime.probeSeconds': [10],
  'runtime.probeMegabytes': [512],
  scores: ['scores.csv'],
  scoreColumns: ['columns.csv', { scores: ['scores.csv'] }],
  modelNames: ['strip-suffix'],
  encoding: ['utf-16le'],
  embedding: [{ clusters: 2 }],
  'embedding.preset': ['paper-2022'],
  'embedding.components': [2],
  'embedding.clusters': [2],
  'embedding.exclude': [['a']],
  'embedding.normalisation': ['count'],
  'embedding.dropFirstConcept': [true],
  'embedding.frozen': ['earlier'],
  resampling: [{ replicates: 20 }],
  'resampling.replicates': [20],
  claims: [{ universes: 20 }],
  'claims.file': ['claims.yaml'],
  'claims.universes': [20],
  'claims.gates': [[0.02, 0.04]],
  'claims.normalisations': [['count']],
  'claims.components': [[1, 2]],
  'claims.clusters': [[1, 2]],
  'claims.distances': [['cosine']],
  'claims.leaveOut': ['none'],
  'resampling.over': ['units'],
  'resampling.blocks': [50],
  'resampling.thresholds': ['redrawn'],
  relations: [{ permutations: 10 }],
  'relations.permutations': [10],
  'relations.families': ['families.csv', { scores: 'scores.csv' }],
  'relations.given': ['dt_ImageNet', { scores: 'scores.csv' }],
  'relations.correction': ['max-t'],
  'relations.permuteWithin': ['families', { scores: 'scores.csv', 'relations.families': 'families.csv' }],
  gallery: [{ units: 3 }],
  'gallery.units': [0],
  'gallery.images': [8],
  'gallery.pool': ['mean'],
  'gallery.thumbnailPixels': [64],
  'gallery.place': ['folder'],
  'gallery.megabytes': [0.5],
  seed: [1],
};

/** Properties without another valid value. */
const unchangeable = ['$schema', 'data'];

describe('every property of the schema', () => {
  it('is valid in draft 2020-12 and understood by a strict validator', () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    expect(ajv.validateSchema(root)).toBe(true);
    expect(() => ajv.compile(root)).not.toThrow();
  });

  it('is in the table of changes', () => {
    expect([...Object.keys(changes), ...unchangeable].sort()).toEqual([...properties.keys()].sort());
  });

  it.each(Object.entries(changes))('%s reaches the resolved study', (path, [value, beside = {}]) => {
    expect(resolve({ ...beside, [path]: value })).not.toEqual(resolve(withoutHalf(path, beside)));
  });

  it.each([...properties].filter(([, { default: value }]) => value !== undefined))(
    '%s has the default that it states',
    (path, { default: value }) => {
      const beside = path.startsWith('tasks.0.split.') ? ofTask({ split: {} }) : (changes[path]?.[1] ?? {});
      expect(asOnnx(resolve({ ...beside, [path]: value }))).toEqual(asOnnx(resolve(withoutHalf(path, beside))));
    },
  );

  it.each([...properties].filter(([path]) => path !== '$schema'))(
    '%s says what it is for',
    (_path, { description }) => {
      expect(description).toMatch(/.{6}\.$/u);
    },
  );

  it.each([...properties.keys()].flatMap((path) => [null, [[]]].map((wrong) => [path, wrong] as const)))(
    '%s refuses %j, with its line',
    (path, wrong) => {
      const text = stringify(studyWith({ ...changes[path]?.[1], [path]: wrong }));
      const { content, findPlace } = parseStudyText(Buffer.from(text));
      const { problems } = new StudyFileError('study.yaml', checkStudyShape(content), findPlace);
      const key = path.replaceAll(/\.(\d)/gu, '[$1]');
      const problem = problems.find((candidate) => candidate.key.startsWith(key));
      expect(problem?.expected).toMatch(/\w/u);
      const line = text.split('\n')[(problem?.line ?? 0) - 1] ?? '';
      const name = path.split('.').at(-1) ?? '';
      // A list in the place of a value of a list is told at the entry, one line below the key.
      expect(line.includes(`${name}:`) || line.trim().startsWith('- ')).toBe(true);
    },
  );
});

/** What the study is compared with: two keys that need each other are left out, or kept with the default, together. */
function withoutHalf(path: string, beside: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (path.startsWith('data.labelGrid.')) return { ...beside, [path]: 56 };
  if (path.startsWith('data.segmenters.0.heads.0.own')) return { ...beside, [path]: 'other' };
  if (path === 'models.0.checkpoint') return {};
  // Shares have to add up: those that are compared with do as they are.
  if (path.startsWith('tasks.0.split.') && !path.endsWith('seed')) return ofTask({ split: {} });
  return path.startsWith('models.0.tokens.') && Object.keys(beside).length > 0 ? { ...beside, [path]: 14 } : beside;
}

describe('schema and types', () => {
  // Each list names all keys of its type: with one missing or one too many it does not compile.
  const keysOfTypes = {
    '': {
      $schema: 1,
      title: 1,
      abstract: 1,
      gallery: 1,
      data: 1,
      models: 1,
      preset: 1,
      diffPreset: 1,
      tasks: 1,
      matching: 1,
      diffMatching: 1,
      runtime: 1,
      scores: 1,
      scoreColumns: 1,
      modelNames: 1,
      encoding: 1,
      embedding: 1,
      relations: 1,
      significance: 1,
      resampling: 1,
      claims: 1,
      seed: 1,
    } satisfies Record<keyof StudyContent, 1>,
    data: {
      format: 1,
      root: 1,
      split: 1,
      categories: 1,
      names: 1,
      crowd: 1,
      reducedZero: 1,
      segmenters: 1,
      vocabulary: 1,
      colours: 1,
      spatialParts: 1,
      images: 1,
      labels: 1,
      labelNames: 1,
      imageLabels: 1,
      encoding: 1,
      ignore: 1,
      imageSuffix: 1,
      labelSuffix: 1,
      unpaired: 1,
      labelGrid: 1,
      skipBad: 1,
      maxPixels: 1,
      background: 1,
      exif: 1,
    } satisfies Record<keyof DataContent, 1>,
    'data.segmenters.0': {
      ...{ file: 1, checkpoint: 1, preset: 1, tensors: 1, labels: 1, anyWidth: 1, input: 1, heads: 1 },
    } satisfies Record<keyof SegmenterContent, 1>,
    'data.segmenters.0.heads.0': {
      tensor: 1,
      category: 1,
      classes: 1,
      decide: 1,
      confidence: 1,
      threshold: 1,
      upsample: 1,
      ownedBy: 1,
      owners: 1,
    } satisfies Record<keyof StudySegmenterHead, 1>,
    'tasks.0': {
      ...{ name: 1, kinds: 1, format: 1, root: 1, images: 1, annotations: 1, labels: 1, labelNames: 1, dataset: 1 },
      ...{ parts: 1, depthScale: 1, unpaired: 1, encoding: 1, imageSuffix: 1, labelSuffix: 1, ignore: 1 },
      ...{ reducedZero: 1, split: 1, pool: 1, ways: 1, shots: 1, queries: 1, episodes: 1, cells: 1, replicates: 1 },
    } satisfies Record<keyof TaskContent, 1>,
    'tasks.0.split': { train: 1, val: 1, test: 1, seed: 1 } satisfies Record<
      keyof NonNullable<TaskContent['split']>,
      1
    >,
    'tasks.0.parts': { train: 1, val: 1, test: 1 } satisfies Record<keyof NonNullable<TaskContent['parts']>, 1>,
    'data.vocabulary': {
      synonyms: 1,
      categories: 1,
      keep: 1,
      keepCategories: 1,
      minimumImages: 1,
      minimumCoverage: 1,
    } satisfies Record<keyof VocabularyChanges, 1>,
    'data.spatialParts': { categories: 1, skipLastComponent: 1, planes: 1 } satisfies Record<
      keyof StudySpatialParts,
      1
    >,
    'models.0': {
      name: 1,
      file: 1,
      checkpoint: 1,
      family: 1,
      recipe: 1,
      take: 1,
      strip: 1,
      heads: 1,
      layer: 1,
      layers: 1,
      classifier: 1,
      twin: 1,
      input: 1,
      tokens: 1,
    } satisfies Record<keyof ModelContent, 1>,
    'models.0.input': {
      preset: 1,
      width: 1,
      height: 1,
      resize: 1,
      shortestSide: 1,
      filter: 1,
      channels: 1,
      scale: 1,
      mean: 1,
      std: 1,
      layout: 1,
    } satisfies Record<keyof InputContent, 1>,
    'models.0.tokens': { prefix: 1, width: 1, height: 1 } satisfies Record<
      keyof NonNullable<ModelContent['tokens']>,
      1
    >,
    matching: {
      level: 1,
      rule: 1,
      values: 1,
      compare: 1,
      padding: 1,
      alignment: 1,
      ignoredPixels: 1,
      areaScope: 1,
      epsilon: 1,
      matchScope: 1,
      score: 1,
      gate: 1,
      compareGate: 1,
      minimumQuality: 1,
      minimumImages: 1,
      minimumCoverage: 1,
    } satisfies Record<keyof MatchingContent, 1>,
    diffMatching: {
      level: 1,
      rule: 1,
      values: 1,
      compare: 1,
      padding: 1,
      alignment: 1,
      ignoredPixels: 1,
      areaScope: 1,
      epsilon: 1,
      matchScope: 1,
      score: 1,
      gate: 1,
      compareGate: 1,
      minimumQuality: 1,
      minimumImages: 1,
      minimumCoverage: 1,
    } satisfies Record<keyof MatchingContent, 1>,
    significance: { nulls: 1, kind: 1, pool: 1, maximumImages: 1, match: 1 } satisfies Record<
      keyof SignificanceContent,
      1
    >,
    runtime: {
      batchSize: 1,
      threads: 1,
      executionProviders: 1,
      keptMapsMegabytes: 1,
      secondPass: 1,
      imagesPerShard: 1,
      labelCache: 1,
      sketch: 1,
      probeSeconds: 1,
      probeMegabytes: 1,
    } satisfies Record<keyof RuntimeContent, 1>,
    embedding: {
      preset: 1,
      components: 1,
      clusters: 1,
      exclude: 1,
      normalisation: 1,
      dropFirstConcept: 1,
      frozen: 1,
    } satisfies Record<keyof EmbeddingContent, 1>,
    gallery: { units: 1, images: 1, pool: 1, thumbnailPixels: 1, place: 1, megabytes: 1 } satisfies Record<
      keyof StudyGallery,
      1
    >,
    claims: {
      file: 1,
      universes: 1,
      gates: 1,
      normalisations: 1,
      components: 1,
      clusters: 1,
      distances: 1,
      leaveOut: 1,
    } satisfies Record<keyof NonNullable<StudyContent['claims']>, 1>,
    resampling: { replicates: 1, over: 1, blocks: 1, thresholds: 1 } satisfies Record<
      keyof NonNullable<StudyContent['resampling']>,
      1
    >,
    relations: { permutations: 1, families: 1, given: 1, correction: 1, permuteWithin: 1 } satisfies Record<
      keyof NonNullable<StudyContent['relations']>,
      1
    >,
  };

  it.each(Object.entries(keysOfTypes))('have the same keys in "%s"', (path, keys) => {
    const prefix = path === '' ? '' : `${path}.`;
    const inSchema = [...properties.keys()].filter(
      (key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('.'),
    );
    expect(inSchema.map((key) => key.slice(prefix.length)).sort()).toEqual(Object.keys(keys).sort());
  });

  const choices = {
    'data.format': Object.keys(datasetFormats),
    'data.crowd': namesOf<NonNullable<DataContent['crowd']>>({ keep: 1, ignore: 1 }),
    'claims.leaveOut': namesOf<NonNullable<NonNullable<StudyContent['claims']>['leaveOut']>>({ none: 1, families: 1 }),
    'data.exif': namesOf<NonNullable<DataContent['exif']>>({ upright: 1, ignore: 1 }),
    'data.unpaired': namesOf<NonNullable<DataContent['unpaired']>>({ refuse: 1, 'leave-out': 1 }),
    'data.segmenters.0.preset': Object.keys(segmenterPresetNames),
    'data.spatialParts.planes': namesOf<StudySpatialParts['planes']>({ all: 1, first: 1 }),
    'data.segmenters.0.heads.0.decide': namesOf<NonNullable<SegmenterHead['decide']>>({
      argmax: 1,
      threshold: 1,
      numbers: 1,
    }),
    'data.segmenters.0.input.preset': Object.keys(preprocessingPresets),
    'data.segmenters.0.input.filter': namesOf<Preprocessing['filter']>({
      bilinear: 1,
      bicubic: 1,
      lanczos3: 1,
      nearest: 1,
    }),
    'data.segmenters.0.input.channels': namesOf<Exclude<Preprocessing['channels'], 'grey'>>({ rgb: 1, bgr: 1 }),
    'tasks.0.format': Object.keys(taskFormats),
    'tasks.0.dataset': Object.keys(datasetFormats),
    'tasks.0.encoding': Object.keys(textEncodings),
    'tasks.0.pool': namesOf<NonNullable<TaskContent['pool']>>({ mean: 1, max: 1, 'class-token': 1 }),
    'tasks.0.unpaired': namesOf<NonNullable<TaskContent['unpaired']>>({ refuse: 1, 'leave-out': 1 }),
    preset: Object.keys(dissectionPresets),
    diffPreset: Object.keys(dissectionPresets),
    modelNames: Object.keys(modelNameRules),
    encoding: Object.keys(textEncodings),
    'data.encoding': Object.keys(textEncodings),
    'models.0.input.preset': Object.keys(preprocessingPresets),
    'models.0.input.resize': namesOf<Preprocessing['resize']>({ exact: 1, 'shortest-side': 1, 'squash-crop': 1 }),
    'models.0.input.filter': namesOf<Preprocessing['filter']>({ bilinear: 1, bicubic: 1, lanczos3: 1, nearest: 1 }),
    'models.0.input.channels': namesOf<Preprocessing['channels']>({ rgb: 1, bgr: 1, grey: 1 }),
    'models.0.input.layout': namesOf<Preprocessing['layout']>({ NCHW: 1, NHWC: 1, auto: 1 }),
    'matching.rule': namesOf<DissectionPreset['rule']>({ hazen: 1, linear: 1, 'inverted-cdf': 1 }),
    'matching.values': namesOf<DissectionPreset['values']>({ upsampled: 1, raw: 1 }),
    'matching.compare': namesOf<DissectionPreset['compare']>({ '>': 1, '>=': 1 }),
    'matching.padding': namesOf<DissectionPreset['padding']>({ zeros: 1, clamp: 1 }),
    'matching.alignment': namesOf<DissectionPreset['alignment']>({ 'half-pixel': 1, corners: 1 }),
    'matching.ignoredPixels': namesOf<DissectionPreset['ignoredPixels']>({ unlabelled: 1, 'left-out': 1 }),
    'matching.areaScope': namesOf<DissectionPreset['areaScope']>({
      all: 1,
      'category-in-image': 1,
      'category-under-mask': 1,
    }),
    'matching.matchScope': namesOf<DissectionPreset['matchScope']>({ global: 1, 'per-category': 1 }),
    'matching.score': namesOf<MatchScoreName>({ iou: 1, f1: 1, mcc: 1, lift: 1, precision: 1, recall: 1, kappa: 1 }),
    'matching.compareGate': namesOf<DissectionPreset['compareGate']>({ '>': 1, '>=': 1 }),
    'significance.kind': namesOf<NonNullable<SignificanceContent['kind']>>({ exchange: 1, roll: 1, both: 1 }),
    'significance.pool': namesOf<NonNullable<SignificanceContent['pool']>>({ none: 1, alike: 1 }),
    'significance.match': namesOf<NonNullable<SignificanceContent['match']>>({ gate: 1, significant: 1, both: 1 }),
    'resampling.over': namesOf<StudyResampling['over']>({ images: 1, units: 1 }),
    'resampling.thresholds': namesOf<StudyResampling['thresholds']>({ fixed: 1, redrawn: 1 }),
    'gallery.pool': namesOf<StudyGallery['pool']>({ max: 1, mean: 1 }),
    'gallery.place': galleryPlaces,
    'embedding.preset': Object.keys(embeddingPresets),
    'embedding.normalisation': normalisations,
    'relations.correction': Object.keys(corrections),
    'relations.permuteWithin': Object.keys(permutationScopes),
  };

  it('have the same choices', () => {
    const inSchema = [...properties].flatMap(([path, { enum: names }]) =>
      names === undefined ? [] : [[path, [...names].sort()]],
    );
    expect(Object.fromEntries(inSchema)).toEqual(
      Object.fromEntries(
        Object.entries(choices).flatMap(([path, names]) =>
          [...new Set([path, diffKey(path)])].map((key) => [key, [...names].sort()]),
        ),
      ),
    );
  });
});

/** The names of a union type; a name missing or too many does not compile. */
function namesOf<Name extends string>(names: Record<Name, 1>): string[] {
  return Object.keys(names);
}

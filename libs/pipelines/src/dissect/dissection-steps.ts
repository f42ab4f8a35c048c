import type { LayerPlace } from '@intermodel/inputs';
import type { DissectionPreset } from '@intermodel/concept-matching';
import { decodeImageDefaults, type LabelVocabulary, type ImageShard } from '@intermodel/data-loading';
import { hashJson, libraryVersion, stepKey, type StepDescription } from '@intermodel/steps';
import type { Study, StudyModel } from '@intermodel/studies';
import { withOwnStages, type DissectionStages } from './dissection-stages.ts';

/** Raised for a step whenever the same input would give other bytes, or bytes of another form. */
const codeVersions = {
  images: 1,
  labels: 4,
  description: 1,
  maps: 3,
  histogram: 3,
  top: 3,
  thresholds: 2,
  overlaps: 2,
  matches: 1,
  gallery: 3,
  own: 1,
} as const;

/** Libraries that decode images and run models: another version of them may give other values. */
const decoding = `sharp ${libraryVersion('sharp') ?? ''}`;
const running = `onnxruntime-node ${libraryVersion('onnxruntime-node') ?? ''}`;
const valueLibraries: Partial<Record<keyof typeof codeVersions, readonly string[]>> = {
  labels: [decoding],
  maps: [decoding, running],
  histogram: [decoding, running],
  top: [decoding, running],
  own: [decoding, running],
  gallery: [decoding],
};

/** Describes the steps of a study's dissection; equal descriptions share a result. */
export class DissectionSteps {
  /** Stages from counts to matches. */
  readonly stages: DissectionStages;
  /** Images of the study, cut up. */
  readonly shards: readonly ImageShard[];
  readonly #study: Study;
  readonly #vocabulary: string;
  readonly #concepts: string;
  readonly #keys = new Map<string, string>();

  constructor(
    study: Study,
    vocabulary: LabelVocabulary,
    shards: readonly ImageShard[],
    stages: Partial<DissectionStages> = {},
  ) {
    if (study.runtime.sketch !== undefined && stages.thresholds !== undefined)
      throw new RangeError(
        'stages.thresholds selects from counts, of which there are none where runtime.sketch is set',
      );
    this.stages = withOwnStages(stages);
    this.shards = shards;
    this.#study = study;
    this.#vocabulary = hashPlain(vocabulary);
    this.#concepts = hashPlain(vocabulary.concepts);
  }

  /** What each image was made of in a dissection that ended: part `images`, from which later ones tell what changed. */
  images(): StepDescription {
    return this.#step(
      'images',
      '',
      {
        images: hashJson(this.shards.map(({ images }) => images)),
        labels: hashJson(this.shards.map(({ labels }) => labels)),
      },
      {},
    );
  }

  /** Labels of a shard on the label grid: parts `labels`, and `images` with those that were passed over. */
  labels({ name, images, labels }: ImageShard, { geometry }: StudyModel, preset: DissectionPreset): StepDescription {
    const { colours, spatialParts = null } = this.#study.data;
    return this.#step(
      'labels',
      name,
      { images, labels, vocabulary: this.#vocabulary },
      { ...this.#decoding(), geometry, colours, spatialParts, ignoredPixels: preset.ignoredPixels },
    );
  }

  /** What is in the labels of all shards: part `description`. */
  description(model: StudyModel, preset: DissectionPreset): StepDescription {
    return this.#step(
      'description',
      '',
      { labels: hashJson(this.shards.map((shard) => stepKey(this.labels(shard, model, preset)))) },
      {},
    );
  }

  /** Maps of a shard that may still matter: parts `units`, `maps`. What is kept depends on the bounds at that time. */
  maps(shard: ImageShard, place: LayerPlace): StepDescription {
    return this.#ofShard('maps', shard, place, {});
  }

  /** Counts of the first round of the thresholds: part `counts`, exact above the bounds that it names. */
  histogram(shard: ImageShard, place: LayerPlace, preset: DissectionPreset): StepDescription {
    return this.#ofShard('histogram', shard, place, { selection: this.#selection(preset) });
  }

  /** Images of a shard that drive each unit most: part `strongest`. */
  top(shard: ImageShard, place: LayerPlace): StepDescription {
    const { images, pool } = this.#study.gallery;
    return this.#ofShard('top', shard, place, { images, pool });
  }

  /** What a consumer of the caller's own made of a shard: part `table`. */
  own(shard: ImageShard, place: LayerPlace, identity: string): StepDescription {
    return this.#ofShard('own', shard, place, { identity });
  }

  /** Thresholds of a layer over all shards: part `thresholds`. */
  thresholds(place: LayerPlace, preset: DissectionPreset): StepDescription {
    const { sketch = null } = this.#study.runtime;
    return this.#step(
      'thresholds',
      subjectOf(place),
      { shards: this.#keysOf('histograms', place, preset, (shard) => this.histogram(shard, place, preset)) },
      { sketch, ...this.#stage('thresholds') },
    );
  }

  /** Overlaps of a shard: part `counts`. */
  overlaps(shard: ImageShard, place: LayerPlace, preset: DissectionPreset): StepDescription {
    const inputs = {
      maps: stepKey(this.maps(shard, place)),
      labels: stepKey(this.labels(shard, place.model, preset)),
      thresholds: stepKey(this.thresholds(place, preset)),
      concepts: this.#concepts,
    };
    return this.#step('overlaps', `${subjectOf(place)} from ${shard.name}`, inputs, {
      ...this.#stage('overlaps'),
      areaScope: preset.areaScope,
      compare: preset.compare,
      ignoredPixels: preset.ignoredPixels,
    });
  }

  /** Matches of a layer: parts `matches`, `thresholds` and `summary`. */
  matches(place: LayerPlace, preset: DissectionPreset): StepDescription {
    return this.#step(
      'matches',
      subjectOf(place),
      { overlaps: this.#keysOf('overlaps', place, preset, (shard) => this.overlaps(shard, place, preset)) },
      { model: place.model.name, preset, ...this.#stage('matches') },
    );
  }

  /** Gallery of a layer: part `gallery`. */
  gallery(place: LayerPlace, preset: DissectionPreset): StepDescription {
    const { units, thumbnailPixels } = this.#study.gallery;
    const inputs = {
      matches: stepKey(this.matches(place, preset)),
      top: this.#keysOf('top', place, preset, (shard) => this.top(shard, place)),
    };
    return this.#step('gallery', subjectOf(place), inputs, {
      ...this.#decoding(),
      units,
      thumbnailPixels,
      geometry: place.model.geometry,
    });
  }

  #ofShard(
    step: 'maps' | 'histogram' | 'top' | 'own',
    { name, images, labels }: ImageShard,
    place: LayerPlace,
    options: object,
  ): StepDescription {
    const { skipBad } = this.#study.data;
    const { model, layer, reading, modelHash } = place;
    // Where bad files are passed over, labels too decide which images are counted.
    const inputs = { images, model: modelHash, ...(skipBad ? { labels } : {}) };
    return this.#step(step, `${subjectOf(place)} from ${name}`, inputs, {
      ...options,
      ...this.#decoding(),
      layer,
      reading,
      input: model.input,
      executionProviders: this.#study.runtime.executionProviders,
    });
  }

  #step(
    step: keyof typeof codeVersions,
    subject: string,
    inputs: Readonly<Record<string, string>>,
    options: object,
  ): StepDescription {
    const codeVersion = [String(codeVersions[step]), ...(valueLibraries[step] ?? [])].join(', ');
    return { step, codeVersion, subject, inputs, options: JSON.parse(JSON.stringify(options)) as object };
  }

  #decoding() {
    const { skipBad, maxPixels, background, exif } = this.#study.data;
    // What was made before images could be read otherwise than upright stays good.
    return { skipBad, maxPixels, background, ...(exif === decodeImageDefaults.exif ? {} : { exif }) };
  }

  /** What tells a stage of one's own from that of network dissection, whose code version stands for it. */
  #stage(name: keyof DissectionStages): { readonly stage?: string } {
    const { identity } = this.stages[name];
    return identity === '' ? {} : { stage: identity };
  }

  /** One hash for the keys of a step in all shards, found once. */
  #keysOf(
    step: string,
    place: LayerPlace,
    preset: DissectionPreset,
    describe: (shard: ImageShard) => StepDescription,
  ): string {
    const name = JSON.stringify([step, place.model.name, place.layer, place.modelHash, preset]);
    let key = this.#keys.get(name);
    if (key === undefined) this.#keys.set(name, (key = hashJson(this.shards.map((shard) => stepKey(describe(shard))))));
    return key;
  }

  #selection({ level, rule, values, compare, padding, alignment, labelGrid }: DissectionPreset) {
    return { level, rule, values, compare, padding, alignment, labelGrid };
  }
}

function subjectOf({ model, layer }: LayerPlace): string {
  return `${model.name} ${layer}`;
}

/** Hash of plain data that may hold maps and lack values. */
function hashPlain(value: unknown): string {
  return hashJson(
    JSON.parse(
      JSON.stringify(value, (_, each: unknown) => (each instanceof Map ? [...(each as Map<unknown, unknown>)] : each)),
    ),
  );
}

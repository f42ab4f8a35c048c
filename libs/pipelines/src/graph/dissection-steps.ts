import type { LayerPlace } from '@intermodel/inputs';
import {
  nearbyPresets,
  nullKindsOf,
  type DissectionPreset,
  type Nearby,
  type NullKind,
  type ReplicateRound,
} from '@intermodel/concept-matching';
import type { LabelVocabulary, ImageShard } from '@intermodel/data-loading';
import type { FeaturePool } from '@intermodel/schemas';
import {
  hashJson,
  libraryVersion,
  StepFamily,
  type FamilyDefinition,
  type GraphStep,
  type StepMaker,
} from '@intermodel/steps';
import { optionsEntering, type OptionStep, type Study, type StudyModel } from '@intermodel/studies';
import { dissectionStages, type DissectionStages } from '../dissect/dissection-stages.ts';

/** Raised for a step whenever the same input would give other bytes, or bytes of another form. */
const codeVersions = {
  images: 1,
  labels: 6,
  description: 1,
  maps: 5,
  histogram: 5,
  top: 6,
  thresholds: 3,
  overlaps: 3,
  matches: 2,
  nulls: 1,
  replicates: 1,
  tested: 1,
  gallery: 6,
  own: 3,
  features: 1,
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
  features: [decoding, running],
  gallery: [decoding],
};

/** Versions of what makes the steps of a dissection, by their kinds. */
export const dissectionCode: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(codeVersions).map(([kind, version]) => [
    kind,
    [String(version), ...(valueLibraries[kind as keyof typeof codeVersions] ?? [])].join(', '),
  ]),
);

/** Makes the steps of a dissection. */
export interface DissectionMakers<Bench> {
  /** Labels, maps, counts and strongest images of models that take the same images, in one pass over these. */
  readonly pass: (model: StudyModel) => StepMaker<Bench>;
  /** Thresholds, overlaps, matches, null replicates and those over images of a layer under one preset. */
  readonly layer: (place: LayerPlace, preset: DissectionPreset) => StepMaker<Bench>;
  /** What is in the labels. */
  readonly description: StepMaker<Bench>;
  /** Matches of a layer with their tests against chance and intervals. */
  readonly tested: (place: LayerPlace) => StepMaker<Bench>;
  /** Gallery of a layer. */
  readonly gallery: (place: LayerPlace) => StepMaker<Bench>;
  /** What each image was made of. */
  readonly images: StepMaker<Bench>;
}

/** What the steps of a dissection are made of. */
export interface DissectionIngredients<Bench> {
  /** The study. */
  readonly study: Study;
  /** Concepts of its labels. */
  readonly vocabulary: LabelVocabulary;
  /** Its images, cut up. */
  readonly shards: readonly ImageShard[];
  /** Stages from counts to matches. @default those of network dissection */
  readonly stages?: DissectionStages | undefined;
  /** Whether galleries are made; else the strongest images themselves are asked for. */
  readonly galleries: boolean;
  /** Layers of a model whose matches are tested. @default none */
  readonly placesOf?: (model: StudyModel) => readonly LayerPlace[];
  /** What is read of the file of a model, or the step that draws an untrained twin. */
  readonly factsOf: (model: StudyModel) => StepFamily<Bench>;
  /** Makes the steps. */
  readonly makers: DissectionMakers<Bench>;
}

/** Replicates that are drawn in one step, so that more can be added without those before. */
export const replicatesPerRound = 200;

/** A layer of which features are made, and how. */
export interface FeatureSource {
  /** The layer. */
  readonly place: LayerPlace;
  /** How its maps are pooled. */
  readonly pool: FeaturePool;
}

type Definition<Bench> = Omit<FamilyDefinition<Bench>, 'kind' | 'codeVersion'>;

/** The steps of a study's dissection, family by family; equal descriptions share a result. */
export class DissectionSteps<Bench = unknown> {
  /** Stages from counts to matches. */
  readonly stages: DissectionStages;
  /** Images of the study, cut up. */
  readonly shards: readonly ImageShard[];
  /** Presets with thresholds on either side of those of the study, between which those of replicates are looked for; undefined where they stay. */
  readonly nearby: Nearby<DissectionPreset> | undefined;
  readonly #study: Study;
  readonly #makers: DissectionMakers<Bench>;
  readonly #placesOf: (model: StudyModel) => readonly LayerPlace[];
  readonly #factsOf: (model: StudyModel) => StepFamily<Bench>;
  readonly #galleries: boolean;
  readonly #vocabulary: string;
  readonly #concepts: string;
  readonly #places: ReadonlyMap<ImageShard, number>;
  readonly #families = new Map<string, StepFamily<Bench>>();
  readonly #features = new Map<StepFamily<Bench>, FeatureSource>();
  readonly #nullKinds = new Map<StepFamily, NullKind>();

  constructor({
    study,
    vocabulary,
    shards,
    stages,
    galleries,
    placesOf = () => [],
    factsOf,
    makers,
  }: DissectionIngredients<Bench>) {
    this.stages = stages ?? dissectionStages;
    this.#galleries = galleries;
    this.shards = shards;
    this.#study = study;
    this.nearby =
      this.resamplesImages && study.resampling.thresholds === 'redrawn' ? nearbyPresets(study.matching) : undefined;
    this.#makers = makers;
    this.#placesOf = placesOf;
    this.#factsOf = factsOf;
    this.#vocabulary = hashPlain(vocabulary);
    this.#concepts = hashPlain(vocabulary.concepts);
    this.#places = new Map(shards.map((shard, index) => [shard, index]));
  }

  /** What is read of the file of a model, or the step that draws an untrained twin. */
  facts(model: StudyModel): StepFamily<Bench> {
    return this.#factsOf(model);
  }

  /** The step of a family over shards that is about one of them. */
  of(shard: ImageShard, family: StepFamily<Bench>): GraphStep<Bench> {
    return family.at(this.#places.get(shard) as number);
  }

  /** What each image was made of in a dissection that ended: part `images`, from which later ones tell what changed. */
  images(): StepFamily<Bench> {
    return this.#family('images', [], () => ({
      files: () => ({
        images: hashJson(this.shards.map(({ images }) => images)),
        labels: hashJson(this.shards.map(({ labels }) => labels)),
      }),
      options: {},
      parts: { images: 'json' },
      isResult: true,
      maker: this.#makers.images,
    }));
  }

  /** Labels of each shard on the label grid: parts `labels`, and `images` with those that were passed over. */
  labels(model: StudyModel, preset: DissectionPreset): StepFamily<Bench> {
    const options = this.#options('labels', model, preset);
    return this.#family('labels', [options], () => ({
      subject: (index) => this.#shard(index).name,
      count: this.shards.length,
      files: (index) => {
        const { images, labels } = this.#shard(index);
        return { images, labels, vocabulary: this.#vocabulary };
      },
      told: { images: this.images(), labels: this.images() },
      options,
      parts: { labels: 'LabelPlanes', images: 'json' },
      isResult: true,
      maker: this.#makers.pass(model),
    }));
  }

  /** What is in the labels of all shards: part `description`. */
  description(model: StudyModel, preset: DissectionPreset): StepFamily<Bench> {
    return this.#family('description', [model.geometry, preset.ignoredPixels], () => ({
      from: { labels: { by: 'all', families: [this.labels(model, preset)] } },
      options: {},
      parts: { description: 'json' },
      isResult: true,
      maker: this.#makers.description,
    }));
  }

  /** Maps of each shard that may still matter: parts `units`, `maps`. What is kept depends on the bounds at that time. */
  maps(place: LayerPlace): StepFamily<Bench> {
    return this.#ofImages('maps', place, this.#study.matching, () => ({
      parts: { units: 'UnitHistogram', maps: 'KeptMap' },
      isKept: this.#keepsMaps,
    }));
  }

  /** Counts of the first round of the thresholds: part `counts`, exact above the bounds that it names. */
  histogram(place: LayerPlace, preset: DissectionPreset): StepFamily<Bench> {
    return this.#ofImages('histogram', place, preset, () => ({
      parts: { counts: 'UnitHistogram' },
      isKept: this.#study.runtime.sketch === undefined,
    }));
  }

  /** Images of each shard that drive each unit most: part `strongest`. */
  top(place: LayerPlace): StepFamily<Bench> {
    return this.#ofImages('top', place, this.#study.matching, () => ({
      parts: { strongest: 'StrongestImage' },
      isResult: !this.#galleries,
      // It is read when the models are closed already, so that damage has to be met before.
      isVerified: true,
    }));
  }

  /** What a consumer of the caller's own made of each shard: part `table`. */
  own(place: LayerPlace, identity: string): StepFamily<Bench> {
    return this.#ofImages('own', place, this.#study.matching, () => ({
      options: { identity },
      parts: { table: 'table' },
      isResult: true,
    }));
  }

  /** Features of each shard: part `features`. */
  features(place: LayerPlace, pool: FeaturePool): StepFamily<Bench> {
    const family = this.#ofImages('features', place, this.#study.matching, () => ({
      options: { pool },
      parts: { features: 'ImageFeatures' },
    }));
    this.#features.set(family, { place, pool });
    return family;
  }

  /** What the features that were asked for are made of. */
  get featureSources(): ReadonlyMap<StepFamily<Bench>, FeatureSource> {
    return this.#features;
  }

  /** Thresholds of a layer over all shards: part `thresholds`. */
  thresholds(place: LayerPlace, preset: DissectionPreset): StepFamily<Bench> {
    return this.#ofLayer('thresholds', place, preset, () => ({
      subject: subjectOf(place),
      from: { shards: { by: 'all', families: [this.histogram(place, preset)] } },
      beside: {
        maps: { by: 'all', families: [this.maps(place)] },
        // Shards without an image that can be used are left out.
        labels: { by: 'all', families: [this.labels(place.model, preset)] },
      },
      options: this.#stage('thresholds'),
      parts: { thresholds: 'SelectedThreshold' },
    }));
  }

  /** Overlaps of each shard: part `counts`. */
  overlaps(place: LayerPlace, preset: DissectionPreset): StepFamily<Bench> {
    return this.#ofLayer('overlaps', place, preset, () => ({
      subject: (index) => `${subjectOf(place)} from ${this.#shard(index).name}`,
      count: this.shards.length,
      files: () => ({ concepts: this.#concepts }),
      from: {
        maps: { by: 'each', family: this.maps(place) },
        labels: { by: 'each', family: this.labels(place.model, preset) },
        thresholds: { by: 'one', family: this.thresholds(place, preset) },
      },
      options: this.#stage('overlaps'),
      parts: { counts: 'OverlapCount' },
    }));
  }

  /** Matches of a layer: parts `matches`, `thresholds` and `summary`. */
  matches(place: LayerPlace, preset: DissectionPreset): StepFamily<Bench> {
    return this.#ofLayer('matches', place, preset, () => ({
      subject: subjectOf(place),
      from: { overlaps: { by: 'all', families: [this.overlaps(place, preset)] } },
      options: this.#stage('matches'),
      parts: { matches: 'UnitMatch', thresholds: 'UnitThreshold', summary: 'json' },
      isResult: true,
      isVerified: true,
    }));
  }

  /** Null replicates of a layer under the preset of the study, in rounds of each kind: part `nulls`. */
  nulls(place: LayerPlace): StepFamily<Bench>[] {
    const { significance } = this.#study;
    return nullKindsOf(significance.kind).flatMap((kind) => {
      const study = { ...this.#study, significance: { ...significance, kind } };
      const rounds = this.#rounds('nulls', place, significance.nulls, { nulls: 'UnitNull' }, {}, study);
      for (const family of rounds) this.#nullKinds.set(family, kind);
      return rounds;
    });
  }

  /** How labels are taken from their images for the replicates of a family. */
  nullKind(family: StepFamily): NullKind {
    const kind = this.#nullKinds.get(family);
    if (kind === undefined) throw new RangeError(`${family.kind} draws no null replicates`);
    return kind;
  }

  /** What units of a layer match when images are drawn anew, under the preset of the study, in rounds: part `replicates`. */
  replicates(place: LayerPlace): StepFamily<Bench>[] {
    const { nearby } = this;
    return this.#rounds(
      'replicates',
      place,
      this.#study.resampling.replicates,
      { replicates: 'UnitReplicate' },
      nearby === undefined
        ? {}
        : {
            lower: { by: 'one', family: this.thresholds(place, nearby.lower) },
            upper: { by: 'one', family: this.thresholds(place, nearby.upper) },
          },
    );
  }

  /** Matches of a layer under the preset of the study with tests against chance and intervals over images: part `matches`. */
  tested(place: LayerPlace): StepFamily<Bench> {
    return this.#family('tested', [nameOf(place)], () => ({
      model: place.model.name,
      subject: subjectOf(place),
      from: {
        matches: { by: 'one', family: this.matches(place, this.#study.matching) },
        // The units of all layers of a model are tested together.
        ...(this.testsMatches
          ? { nulls: { by: 'all', families: this.#placesOf(place.model).flatMap((each) => this.nulls(each)) } as const }
          : {}),
        ...(this.resamplesImages ? { replicates: { by: 'all', families: this.replicates(place) } as const } : {}),
      },
      // Nothing where it is as ever, so that earlier results are known again.
      options: this.#study.significance.pool === 'none' ? {} : { pool: this.#study.significance.pool },
      parts: { matches: 'UnitMatch' },
      isResult: true,
      isVerified: true,
      maker: this.#makers.tested(place),
    }));
  }

  /** Whether matches are tested: not those of a stage of the caller's own, which chance may give in other ways. */
  get testsMatches(): boolean {
    return this.#study.significance.nulls > 0 && this.#matchesPlainly;
  }

  /** Whether images are resampled: not for a stage of the caller's own, whose counts may be other ones. */
  get resamplesImages(): boolean {
    const { over, replicates } = this.#study.resampling;
    return over === 'images' && replicates > 0 && this.#matchesPlainly;
  }

  /** Whether there is a step behind the matches of a layer. */
  get concludesMatches(): boolean {
    return this.testsMatches || this.resamplesImages;
  }

  /** Whether overlaps and matches are those of network dissection. */
  get #matchesPlainly(): boolean {
    const { overlaps, matches } = this.stages;
    return overlaps.identity === '' && matches.identity === '';
  }

  /**
   * The last step of the matches of a layer under a preset, whose part `matches` is what else is made of them: with
   * tests and intervals where there are any.
   */
  concluded(place: LayerPlace, preset: DissectionPreset): StepFamily<Bench> {
    return this.concludesMatches && preset === this.#study.matching ? this.tested(place) : this.matches(place, preset);
  }

  /** Gallery of a layer: part `gallery`. */
  gallery(place: LayerPlace, preset: DissectionPreset): StepFamily<Bench> {
    return this.#family('gallery', [nameOf(place), preset], () => ({
      model: place.model.name,
      subject: subjectOf(place),
      from: {
        matches: { by: 'one', family: this.concluded(place, preset) },
        top: { by: 'all', families: [this.top(place)] },
      },
      beside: {
        labels: { by: 'all', families: [this.labels(place.model, preset)] },
        maps: { by: 'all', families: [this.maps(place)] },
        thresholds: { by: 'one', family: this.thresholds(place, preset) },
      },
      options: this.#options('gallery', place.model, preset),
      parts: { gallery: 'state' },
      isResult: true,
      maker: this.#makers.gallery(place),
    }));
  }

  /** Whether maps are kept for the stages after the pass; else each of these runs the models again. */
  get #keepsMaps(): boolean {
    const { secondPass, sketch } = this.#study.runtime;
    return !secondPass && sketch === undefined;
  }

  #shard(index: number): ImageShard {
    return this.shards[index] as ImageShard;
  }

  /** A family over the shards of what a pass makes of the activations of a layer. */
  #ofImages(
    kind: 'maps' | 'histogram' | 'top' | 'own' | 'features',
    place: LayerPlace,
    preset: DissectionPreset,
    define: () => Partial<Pick<Definition<Bench>, 'options' | 'isKept' | 'isResult' | 'isVerified'>> &
      Pick<Definition<Bench>, 'parts'>,
  ): StepFamily<Bench> {
    const { model, layer, reading, modelHash } = place;
    const { options: own, ...others } = define();
    const options = { ...this.#options(kind, model, preset), layer, reading, ...own };
    return this.#family(kind, [nameOf(place), options], () => ({
      ...others,
      model: model.name,
      subject: (index) => `${subjectOf(place)} from ${this.#shard(index).name}`,
      count: this.shards.length,
      extent: (index) => this.#shard(index).entries.length,
      files: (index) => {
        const { images, labels } = this.#shard(index);
        // Where bad files are passed over, labels too decide which images are counted.
        return { images, model: modelHash, ...(this.#study.data.skipBad ? { labels } : {}) };
      },
      told: { images: this.images(), labels: this.images() },
      beside: {
        facts: { by: 'one', family: this.#factsOf(model) },
        // Of a shard without an image that can be used nothing is made, as its labels say.
        ...(this.#study.data.skipBad
          ? { labels: { by: 'each', family: this.labels(model, this.#study.matching) } as const }
          : {}),
      },
      options,
      maker: this.#makers.pass(model),
    }));
  }

  /** A family of what is made of the counts of a layer under one preset. */
  #ofLayer(
    kind: 'thresholds' | 'overlaps' | 'matches',
    place: LayerPlace,
    preset: DissectionPreset,
    define: () => Omit<Definition<Bench>, 'model' | 'maker'>,
  ): StepFamily<Bench> {
    return this.#family(kind, [nameOf(place), preset], () => {
      const { options, ...others } = define();
      return {
        ...others,
        model: place.model.name,
        options: { ...this.#options(kind, place.model, preset), ...options },
        maker: this.#makers.layer(place, preset),
      };
    });
  }

  /** Replicates of a layer that need its maps, labels, thresholds and matches, round by round. */
  #rounds(
    kind: 'nulls' | 'replicates',
    place: LayerPlace,
    replicates: number,
    parts: Definition<Bench>['parts'],
    from: Definition<Bench>['from'] = {},
    study = this.#study,
  ): StepFamily<Bench>[] {
    const { matching } = study;
    const options = this.#options(kind, place.model, matching, study);
    return roundsOf(replicates).map(({ first, count }) =>
      this.#family(kind, [nameOf(place), options, first, count], () => ({
        model: place.model.name,
        subject: subjectOf(place),
        files: () => ({ concepts: this.#concepts }),
        from: {
          maps: { by: 'all', families: [this.maps(place)] },
          labels: { by: 'all', families: [this.labels(place.model, matching)] },
          thresholds: { by: 'one', family: this.thresholds(place, matching) },
          matches: { by: 'one', family: this.matches(place, matching) },
          ...from,
        },
        options: { ...options, first, count },
        parts,
        maker: this.#makers.layer(place, matching),
      })),
    );
  }

  /** A family, made once for the same choices. */
  #family(
    kind: keyof typeof codeVersions,
    choices: readonly unknown[],
    define: () => Definition<Bench>,
  ): StepFamily<Bench> {
    const name = JSON.stringify([kind, ...choices]);
    let family = this.#families.get(name);
    if (family === undefined) {
      const codeVersion = dissectionCode[kind] as string;
      this.#families.set(name, (family = new StepFamily({ kind, codeVersion, ...define() })));
    }
    return family;
  }

  /** Options of the study that enter the keys of a kind of steps, as the table of options says. */
  #options(
    kind: OptionStep,
    model: StudyModel,
    matching: DissectionPreset,
    study = this.#study,
  ): Readonly<Record<string, unknown>> {
    const { labelGrid } = matching;
    return optionsEntering(kind, { ...study, data: { ...study.data, labelGrid }, model, matching });
  }

  /** What tells a stage of one's own from that of network dissection, whose code version stands for it. */
  #stage(name: keyof DissectionStages): { readonly stage?: string } {
    const { identity } = this.stages[name];
    return identity === '' ? {} : { stage: identity };
  }
}

function subjectOf({ model, layer }: LayerPlace): string {
  return `${model.name} ${layer}`;
}

/** Names of a layer within a study. */
function nameOf({ model, layer }: LayerPlace): readonly string[] {
  return [model.name, layer];
}

/** Rounds in which so many replicates are drawn. */
function roundsOf(replicates: number): ReplicateRound[] {
  return Array.from({ length: Math.ceil(replicates / replicatesPerRound) }, (_, round) => ({
    first: round * replicatesPerRound,
    count: Math.min(replicatesPerRound, replicates - round * replicatesPerRound),
  }));
}

/** Hash of plain data that may hold maps and lack values. */
function hashPlain(value: unknown): string {
  return hashJson(
    JSON.parse(
      JSON.stringify(value, (_, each: unknown) => (each instanceof Map ? [...(each as Map<unknown, unknown>)] : each)),
    ),
  );
}

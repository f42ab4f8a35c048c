import path from 'node:path';
import { prepareModels, type LayerPlace, type PlacedModel } from '@intermodel/inputs';
import {
  type FeatureFormatName,
  type FeatureTable,
  type ManifestInput,
  type RunFolder,
  type StudyWarning,
  writeFeatureFolder,
} from '@intermodel/outputs';
import { featureShape, type FeaturePool, type ImageFeaturesBatch } from '@intermodel/schemas';
import {
  hashJson,
  localExecutor,
  planSteps,
  readJsonPart,
  readStep,
  type StepFamily,
  StepGraph,
  type StudyStore,
  StudySteps,
} from '@intermodel/steps';
import { readArrowBytes } from '@intermodel/streams';
import type { Study, StudyModel } from '@intermodel/studies';
import type { Observable } from 'rxjs';
import type { DissectionEvent } from './dissect/dissect-events.ts';
import type { ShardImages } from './dissect/shard-labels.ts';
import { checkpointFamilies, factsFamilies } from './graph/dissection-families.ts';
import { dissectionMakers } from './graph/dissection-makers.ts';
import { DissectionSteps } from './graph/dissection-steps.ts';
import { storedTest, working } from './graph/make-study.ts';
import { openStudy, studyWarnings, type OpenedStudy } from './graph/open-study.ts';
import { stoppableObservable } from './graph/stoppable-observable.ts';
import { StudyBench } from './graph/study-bench.ts';
import { listImages } from './list-images.ts';
import { openImages, type ImageSet } from './probing/image-set.ts';
import { inRunFolder, type RunPlace } from './run/in-run-folder.ts';
import { formatResolved } from './run/resolved-models.ts';

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions extends RunPlace {
  /** Folder of the images, with sub-folders. */
  readonly images: string;
  /** Folder to write. */
  readonly out: string;
  /** How the maps of a layer become features. @default 'mean' */
  readonly pool?: FeaturePool;
  /** Forms of the files. @default ['arrow'] */
  readonly formats?: readonly FeatureFormatName[];
  /** Stops the run; what was finished stays. */
  readonly signal?: AbortSignal;
  /** Command that makes the same folder again, for the record. @default 'extractFeatures' */
  readonly command?: string;
}

/** Features of one layer that were written. */
export interface ExtractedLayer {
  /** Model. */
  readonly model: string;
  /** Tensor. */
  readonly layer: string;
  /** Features of a cell. */
  readonly units: number;
  /** Rows of cells; 1 where maps were pooled. */
  readonly height: number;
  /** Columns of cells; 1 where maps were pooled. */
  readonly width: number;
  /** Names of its files. */
  readonly files: readonly string[];
}

/** Features that were written: the last event of {@link extractFeatures}. */
export interface ExtractedFeatures {
  /** Kind of the event. */
  readonly kind: 'features';
  /** Number of images. */
  readonly images: number;
  /** Layers, model by model. */
  readonly layers: readonly ExtractedLayer[];
  /** What the reader should know. */
  readonly warnings: readonly StudyWarning[];
  /** Names of all files that were written. */
  readonly files: readonly string[];
}

/** Defaults of {@link ExtractFeaturesOptions}. */
export const extractFeaturesDefaults = { pool: 'mean', formats: ['arrow'] } as const;

/**
 * Writes features of images for use elsewhere: one table a layer of each model, in as many forms as are asked for.
 * Images are decoded once for models that take the same ones; what is done is stored shard by shard, under the same
 * keys as the features of tasks.
 *
 * @throws InputError of models, layers and images, `CLASS_TOKEN_MISSING`, `FEATURES_NOT_FINITE`.
 */
export function extractFeatures(
  study: Study,
  options: ExtractFeaturesOptions,
): Observable<DissectionEvent | ExtractedFeatures> {
  return stoppableObservable<DissectionEvent | ExtractedFeatures>(options.signal, (signal, onEvent) =>
    inRunFolder({ ...options, inputs: [options.images], signal, onWarning: onEvent }, async (folder, store) => {
      if (folder === undefined) throw new RangeError('extractFeatures: there is a folder to write');
      onEvent(await new Extraction(options, folder, store, signal, onEvent).run(study));
    }),
  );
}

/** One extraction of features. */
class Extraction {
  readonly #options: ExtractFeaturesOptions;
  readonly #folder: RunFolder;
  readonly #store: StudyStore;
  readonly #signal: AbortSignal;
  readonly #onEvent: (event: DissectionEvent) => void;
  readonly #warnings: StudyWarning[] = [];

  constructor(
    options: ExtractFeaturesOptions,
    folder: RunFolder,
    store: StudyStore,
    signal: AbortSignal,
    onEvent: (event: DissectionEvent) => void,
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#store = store;
    this.#signal = signal;
    this.#onEvent = (event) => {
      if (event.kind === 'warning') this.#warnings.push({ subject: event.subject, text: event.text });
      onEvent(event);
    };
  }

  async run(given: Study): Promise<ExtractedFeatures> {
    const { hashes, store, times } = this.#store;
    const signal = this.#signal;
    const steps = new StudySteps({ store, times, signal, onEvent: this.#onEvent });
    const { opened, images } = await this.#open(given, steps).catch((error: unknown) => {
      this.#folder.discard();
      throw error;
    });
    const { pool = extractFeaturesDefaults.pool } = this.#options;
    const checkpoints = checkpointFamilies(opened);
    const facts = factsFamilies(opened, checkpoints);
    const factsOf = (model: StudyModel) => facts.get(model) as StepFamily<StudyBench>;
    const describe = new DissectionSteps<StudyBench>({
      ...{ study: images.study, shards: images.shards, galleries: false, factsOf },
      vocabulary: images.source.vocabulary,
      makers: dissectionMakers(opened.groups),
    });
    const places = opened.groups.flatMap((group) => group.flatMap((placed) => placed.places));
    const families = places.map((place) => describe.features(place, pool));
    const { matching, data } = images.study;
    const labelsOf = ([first]: readonly PlacedModel[]) =>
      // Which images cannot be used, the step of their labels says.
      data.skipBad && first !== undefined ? [describe.labels(first.model, matching)] : [];
    const passes = opened.groups.flatMap((group) => [
      ...labelsOf(group),
      ...families.filter((family) => group.some(({ model }) => model.name === family.model)),
    ]);
    const graph = new StepGraph<StudyBench>([...checkpoints.values(), ...facts.values(), ...new Set(passes)]);
    const bench = new StudyBench({
      ...{ study: images.study, source: images.source, groups: opened.groups },
      ...{ describe, steps, hashes, signal, onEvent: this.#onEvent },
    });
    return working(bench, async () => {
      const plan = await planSteps(graph, {
        isStored: storedTest(bench),
        lookAhead: steps.lookAhead,
        isAsked: (family) => families.includes(family),
      });
      for await (const step of steps.lookingAhead(plan.stored())) await steps.has(step);
      await localExecutor<StudyBench>().run(plan, { bench, signal, onFamily: () => Promise.resolve() });
      await bench.settled();
      signal.throwIfAborted();
      const used = await this.#usedImages(images, opened.groups.flatMap(labelsOf)[0], bench);
      return this.#write(opened, used, places, families, bench);
    });
  }

  async #open(given: Study, steps: StudySteps): Promise<{ readonly opened: OpenedStudy; readonly images: ImageSet }> {
    const { hashes } = this.#store;
    const signal = this.#signal;
    const study = await prepareModels({ ...given, hasData: false, tasks: [] }, { steps, hashes, signal });
    const opened = await openStudy(study, { steps, hashes, signal });
    const { images: folder } = this.#options;
    const images = await openImages(opened.study, { folder, entries: await listImages(folder) }, hashes, signal);
    for (const { subject, text } of studyWarnings(opened)) this.#onEvent({ kind: 'warning', subject, text });
    return { opened, images };
  }

  /** Names of the images of each shard that have features. */
  async #usedImages(
    { shards }: ImageSet,
    labels: StepFamily<StudyBench> | undefined,
    bench: StudyBench,
  ): Promise<readonly (readonly string[])[]> {
    if (labels === undefined) return shards.map(({ entries }) => entries.map(({ image }) => image));
    const used: (readonly string[])[] = [];
    for (const step of labels.steps()) {
      const { images, skipped } = readJsonPart(await readStep(step, 'images', bench)) as ShardImages;
      used.push(images);
      for (const { image, message } of skipped)
        this.#onEvent({ kind: 'warning', subject: image, text: `passed over: ${message.split('\n', 1).join('')}` });
    }
    return used;
  }

  async #write(
    opened: OpenedStudy,
    used: readonly (readonly string[])[],
    places: readonly LayerPlace[],
    families: readonly StepFamily<StudyBench>[],
    bench: StudyBench,
  ): Promise<ExtractedFeatures> {
    const { formats = extractFeaturesDefaults.formats, command = 'extractFeatures', images: folder } = this.#options;
    const names = fileNames(places);
    const images = used.flat();
    const tables = new Map<string, FeatureTable>();
    for (const [index, family] of families.entries())
      tables.set(names[index] ?? '', await featureTable(family, used, bench));
    const { title, abstract } = opened.study;
    const { data, models, executionProviders } = formatResolved(opened.study, opened.placed, []);
    const inputs: ManifestInput[] = [
      {
        name: path.basename(folder),
        role: `images (${String(images.length)})`,
        sha256: hashJson(bench.describe.shards.map((shard) => shard.images)),
      },
      ...places.map(({ model, modelHash }) => ({ name: path.basename(model.file), role: 'model', sha256: modelHash })),
    ];
    const files = await writeFeatureFolder(this.#folder, tables, images, formats, {
      ...{ title, abstract, command, inputs, warnings: this.#warnings },
      options: { data, models, executionProviders, pool: this.#options.pool, formats },
    });
    return {
      kind: 'features',
      images: images.length,
      layers: [...tables].map(([name, { shape }], index) => ({
        ...{ model: places[index]?.model.name ?? '', layer: shape.layer },
        ...{ units: shape.units, height: shape.height, width: shape.width },
        files: formats.map((format) => `${name}.${format}`),
      })),
      warnings: this.#warnings,
      files,
    };
  }
}

/** Names of the files of layers: that of the model, with that of the layer where it has several. */
function fileNames(places: readonly LayerPlace[]): string[] {
  const names = places.map(({ model, layer }) =>
    places.some((other) => other.model === model && other.layer !== layer)
      ? `${model.name}.${layer.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^_+/u, '')}`
      : model.name,
  );
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${String(before + 1)}`;
  });
}

/** The stored features of a layer, read shard by shard. */
async function featureTable(
  family: StepFamily<StudyBench>,
  used: readonly (readonly string[])[],
  bench: StudyBench,
): Promise<FeatureTable> {
  const shards = Array.from(used.keys()).filter((index) => (used[index]?.length ?? 0) > 0);
  const read = async (index: number) => {
    const bytes = await readStep(family.at(index), 'features', bench);
    return readArrowBytes(bytes, 'features of a stored step').batches as unknown as readonly ImageFeaturesBatch[];
  };
  const [first] = await read(shards[0] ?? 0);
  const shape = first === undefined ? undefined : featureShape(first.schema);
  if (shape === undefined) throw new RangeError('extractFeatures: features state what they are of');
  return {
    ...{ shape, images: used.flat().length },
    batches: async function* () {
      for (const index of shards) {
        bench.signal.throwIfAborted();
        yield* await read(index);
      }
    },
  };
}

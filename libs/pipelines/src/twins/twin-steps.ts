import { modelBytes, namingModel, type LayerPlace, type PlacedModel } from '@intermodel/inputs';
import { checkFiles, type ImageShard } from '@intermodel/data-loading';
import { hashJson, libraryVersion, makeAlone, StepFamily, stepKey, type StepIngredients } from '@intermodel/steps';
import { optionsEntering, type Study, type StudyModel } from '@intermodel/studies';
import type { StudyBench } from '../graph/study-bench.ts';
import { drawTwin, twinImages } from './draw-twin.ts';

/** Raised whenever the same model, images and seed would give another twin. */
const codeVersion = 1;

/** Versions of what makes twins. */
export const twinCode = [
  String(codeVersion),
  ...['sharp', 'onnxruntime-node'].map((name) => `${name} ${libraryVersion(name) ?? ''}`),
].join(', ');

/** Images of a study that statistics of a twin's normalisations are measured on: the first ones. */
interface FirstImages {
  readonly entries: ImageShard['entries'];
  /** Their files, with the hashes of these. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Models with their untrained twins, each behind its model: a twin has the layers of its model, read and fed alike, and
 * instead of the files of a model what it is made of.
 *
 * @param study models, twins among them
 * @param trained models that were given
 * @param shards images of the study
 */
export function placeTwins(
  study: Study,
  trained: readonly PlacedModel[],
  shards: readonly ImageShard[],
): PlacedModel[] {
  return study.models.flatMap((model): PlacedModel[] => {
    const placed = trained.find((each) => each.model.name === (model.twinOf ?? model.name));
    if (placed === undefined || model.twinOf === undefined) return placed === undefined ? [] : [placed];
    const modelHash = stepKey(twinIngredients(study, placed, shards));
    const places = placed.places.map((place): LayerPlace => ({ ...place, model, modelHash, warning: undefined }));
    return [{ ...placed, model, places }];
  });
}

/**
 * The step that draws a twin: part `graph`, an ONNX file with its weights.
 *
 * @param study the seed, and how images are read
 * @param twin the model that is drawn
 * @param trained its model, with its layers
 * @param shards images of the study
 * @param facts what is read of the file of its model
 */
export function twinFamily(
  study: Study,
  twin: StudyModel,
  trained: PlacedModel,
  shards: readonly ImageShard[],
  facts: StepFamily<StudyBench>,
): StepFamily<StudyBench> {
  const { step, inputs, options } = twinIngredients(study, trained, shards);
  const { model, places } = trained;
  return new StepFamily<StudyBench>({
    kind: step,
    codeVersion: twinCode,
    model: twin.name,
    subject: twin.name,
    extent: () => firstImages(shards).entries.length,
    files: () => inputs,
    beside: { facts: { by: 'one', family: facts } },
    options,
    parts: { graph: 'bytes' },
    maker: makeAlone(async (_, __, { source, hashes, signal }) => {
      const { entries, files } = firstImages(shards);
      const { bytes } = await namingModel(twin, async () =>
        drawTwin({
          ...{ bytes: await modelBytes(model), file: model.file, seed: study.seed, signal },
          images: async () => ({ batch: (await source.load(model.geometry)(entries)).batch, input: model.input }),
        }),
      );
      for (const own of [files, places[0]?.modelFiles ?? new Map<string, string>()])
        await checkFiles(own, hashes, signal);
      return { graph: bytes };
    }),
  });
}

/** All that a twin depends on. */
function twinIngredients(study: Study, { model, places }: PlacedModel, shards: readonly ImageShard[]): StepIngredients {
  const { entries, files } = firstImages(shards);
  return {
    step: 'twin',
    codeVersion: twinCode,
    inputs: {
      model: places[0]?.modelHash ?? '',
      images: hashJson(entries.map(({ file }) => files.get(file) ?? '')),
    },
    // As the pass reads and feeds images.
    options: { ...optionsEntering('features', { ...study, model }), seed: study.seed },
  };
}

function firstImages(shards: readonly ImageShard[]): FirstImages {
  const entries = shards.flatMap((shard) => shard.entries).slice(0, twinImages);
  const hashes = new Map(shards.flatMap(({ files }) => [...files]));
  return { entries, files: new Map(entries.map(({ file }) => [file, hashes.get(file) ?? ''])) };
}

import { preprocessingPresets } from '@intermodel/activation-streaming';
import type { LabelMove } from '@intermodel/concept-matching';
import { prepareModels, withLabelFolder, type PlacedModel } from '@intermodel/inputs';
import type { StudyWarning } from '@intermodel/outputs';
import type { LabelledImageBatch } from '@intermodel/schemas';
import { FileHashes, memoryStore, StudySteps } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import { givenModels, type Study, type StudyModel } from '@intermodel/studies';
import { openStudy, studyWarnings, type OpenedStudy } from '../graph/open-study.ts';
import { beyondChance, findBetter, joinAttempts, type Attempt } from './find-better.ts';
import { matchLayers, runOnImages, tryLabels, type TryOptions } from './try-model.ts';

/** Options of {@link examineStudy}. */
export interface ExamineStudyOptions {
  /** Stops the work. */
  readonly signal?: AbortSignal | undefined;
  /** Is told of each attempt that is done. @default nobody is told */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/** A model that was tried as it is fed, and fed in another way. */
export interface TriedInput extends Attempt {
  /** Name of the model. */
  readonly model: string;
  /** How it was fed: `declared`, or the preset of scale, mean and deviation. */
  readonly input: 'declared' | TriedPreset;
}

/** Labels that were moved on their images. */
export interface TriedMove extends Attempt {
  /** How: words that follow "labels"; `as they are` first. */
  readonly labels: string;
}

/** What was found out about a study. */
export interface ExaminedStudy {
  /** Images that were tried. */
  readonly images: number;
  /** Models as they are fed, and fed in other ways. */
  readonly inputs: readonly TriedInput[];
  /** Labels as they are and moved, over all models that were tried with them. */
  readonly labels: readonly TriedMove[];
  /** What is wrong, as far as it can be told, and what to do about it. */
  readonly findings: readonly StudyWarning[];
}

/** Most images that models are run on. */
export const examinedImages = 32;

/** Fewest images by which anything can be told. */
const fewestImages = 8;

/** Images of a batch. */
const batchImages = 8;

/** Models, in their order, with which labels are moved: labels are the same for all. */
const movedModels = 4;

/** Presets whose scale, mean and deviation are tried. */
const triedPresets = ['zero-one', 'imagenet'] as const;

type TriedPreset = (typeof triedPresets)[number];

/**
 * Looks for what a study gets wrong most often and no message can tell: runs each model on a few images as it is fed and
 * with other preprocessing, and matches its units with the labels as they are and mirrored, turned or shifted. Nothing is
 * stored. What is told matches clearly better than what was declared ({@link findBetter}).
 *
 * @throws InputError for images, labels and models that do not fit; `IMAGES_FEW`, `DATA_MISSING`.
 */
export async function examineStudy(
  given: Study,
  { signal = new AbortController().signal, onProgress = () => undefined }: ExamineStudyOptions = {},
): Promise<ExaminedStudy> {
  if (!given.hasData)
    throw new InputError('DATA_MISSING', 'the study names no labelled images', {
      ...(given.file === undefined ? {} : { file: given.file }),
      expected: 'images with labels, `data`',
      hint: 'Name them: what is examined is what units match.',
    });
  return withLabelFolder(given.runtime.labelCache, given, async (labelCache) => {
    const hashes = new FileHashes();
    const steps = new StudySteps({ store: memoryStore(), signal, onEvent: () => undefined });
    const study = await prepareModels({ ...given, models: givenModels(given), tasks: [] }, { steps, hashes, signal });
    const opened = await openStudy(study, {
      steps,
      hashes,
      signal,
      ...(labelCache === undefined ? {} : { labelCache }),
    });
    return new Examination(opened, signal, onProgress).run();
  });
}

class Examination {
  readonly #opened: OpenedStudy;
  readonly #options: TryOptions;
  readonly #onProgress: (done: number, of: number) => void;
  readonly #inputs: TriedInput[] = [];
  readonly #moves = new Map<string, Attempt[]>();
  readonly #findings: StudyWarning[] = [];
  #done = 0;

  constructor(opened: OpenedStudy, signal: AbortSignal, onProgress: (done: number, of: number) => void) {
    const { study, source } = opened;
    this.#opened = opened;
    this.#options = { study, vocabulary: source.vocabulary, signal };
    this.#onProgress = onProgress;
  }

  async run(): Promise<ExaminedStudy> {
    const { placed, groups } = this.#opened;
    const total = placed.reduce((sum, { model }) => sum + 1 + otherInputs(model).length, 0);
    let images = 0;
    for (const group of groups) {
      const [first] = group as readonly [PlacedModel];
      const batches = await this.#load(first.model);
      images = Math.max(
        images,
        batches.reduce((sum, { numRows }) => sum + numRows, 0),
      );
      for (const each of group) await this.#tryModel(each, batches, total);
    }
    return {
      images,
      inputs: this.#inputs,
      labels: this.#labels(images),
      findings: [...studyWarnings(this.#opened), ...this.#findings],
    };
  }

  /** Some images, spread evenly over all, for a model and those that take the same. */
  async #load({ geometry }: StudyModel): Promise<LabelledImageBatch[]> {
    const { images: all } = this.#opened.source;
    const count = Math.min(examinedImages, all.length);
    const entries = Array.from({ length: count }, (_, place) => all[Math.floor((place * all.length) / count)]).filter(
      (entry) => entry !== undefined,
    );
    const load = this.#opened.source.load(geometry);
    const batches: LabelledImageBatch[] = [];
    for (let first = 0; first < entries.length; first += batchImages) {
      this.#options.signal.throwIfAborted();
      batches.push((await load(entries.slice(first, first + batchImages))).batch);
    }
    if (batches.reduce((sum, { numRows }) => sum + numRows, 0) < fewestImages)
      throw new InputError('IMAGES_FEW', `so few images tell nothing: ${String(all.length)}`, {
        expected: `${String(fewestImages)} or more that can be used`,
        hint: 'Name more images.',
      });
    return batches.filter(({ numRows }) => numRows > 0);
  }

  async #tryModel(placed: PlacedModel, batches: readonly LabelledImageBatch[], total: number): Promise<void> {
    const { model } = placed;
    const isMoved = this.#opened.placed.indexOf(placed) < movedModels;
    const layers = await runOnImages(placed, model.input, batches, this.#options);
    const declared: TriedInput = {
      ...{ model: model.name, input: 'declared' },
      ...(await tryLabels(layers, this.#options)),
    };
    this.#inputs.push(declared);
    if (isMoved) {
      this.#keep(asTheyAre, declared);
      for (const move of layers[0]?.moves ?? []) this.#keep(move.words, await this.#moved(layers, move, declared));
    }
    this.#tell(total);
    const others: TriedInput[] = [];
    for (const { preset, input } of otherInputs(model)) {
      const fed = await runOnImages(placed, input, batches, this.#options);
      others.push({ model: model.name, input: preset, ...(await tryLabels(fed, this.#options)) });
      this.#tell(total);
    }
    this.#inputs.push(...others);
    const better = findBetter(declared, others);
    if (better !== undefined)
      this.#findings.push({
        subject: model.name,
        text: `With scale, mean and std of the preset ${better.input} its units match better than as it is fed: ${counts(better)}, against ${counts(declared)}. If it was trained so, declare \`models[${model.name}].input: ${better.input}\`.`,
      });
  }

  async #moved(layers: Parameters<typeof matchLayers>[0], move: LabelMove, { chance }: Attempt): Promise<Attempt> {
    // What chance gives is about the same wherever the labels lie.
    return { ...(await matchLayers(layers, (layer) => layer.moved(move), this.#options)), chance };
  }

  #keep(labels: string, attempt: Attempt): void {
    this.#moves.set(labels, [...(this.#moves.get(labels) ?? []), attempt]);
  }

  /** Labels as they are and moved, over all models that were tried with them all. */
  #labels(images: number): TriedMove[] {
    const count = Math.max(...[...this.#moves.values()].map(({ length }) => length));
    const tried = [...this.#moves].flatMap(([labels, attempts]): TriedMove[] =>
      attempts.length === count ? [{ labels, ...joinAttempts(attempts) }] : [],
    );
    const [declared, ...others] = tried;
    const better = declared === undefined ? undefined : findBetter(declared, others);
    if (declared !== undefined && better !== undefined)
      this.#findings.push({
        subject: 'labels',
        text: `Units match labels better that are ${better.labels}: ${counts(better)}, against ${counts(declared)} with the labels as they are (${String(images)} images, ${count === 1 ? 'one model' : `${String(count)} models`}). Look whether label images lie on their images: they may have been drawn on images that were mirrored, turned (\`data.exif\`) or cut.`,
      });
    return tried;
  }

  #tell(total: number): void {
    this.#onProgress(++this.#done, total);
  }
}

const asTheyAre = 'as they are';

/** Scale, mean and deviation of presets that differ from those of a model; only the first is one for grey images. */
function otherInputs({ input }: StudyModel): { readonly preset: TriedPreset; readonly input: StudyModel['input'] }[] {
  const partsOf = ({ scale, mean, std }: StudyModel['input']) => JSON.stringify([scale, mean, std]);
  return triedPresets.flatMap((preset) => {
    if (input.channels === 'grey' && preset !== 'zero-one') return [];
    const { scale, mean, std } = preprocessingPresets[preset];
    // Presets list red first.
    const inOrder = ([first, second, third]: StudyModel['input']['mean']) =>
      input.channels === 'bgr' ? ([third, second, first] as const) : ([first, second, third] as const);
    const other: StudyModel['input'] = { ...input, scale, mean: inOrder(mean), std: inOrder(std) };
    return partsOf(other) === partsOf(input) ? [] : [{ preset, input: other }];
  });
}

function counts(attempt: Attempt): string {
  const { matching, units, iou } = attempt;
  return `${String(matching)} of ${String(units)} units, mean IoU ${iou.toFixed(3)} (${beyondChance(attempt).toFixed(3)} beyond chance)`;
}

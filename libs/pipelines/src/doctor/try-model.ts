import { OpenModels } from '@intermodel/activation-streaming';
import { dissectActivations, LabelledActivations, matchScores } from '@intermodel/concept-matching';
import type { LabelVocabulary } from '@intermodel/data-loading';
import type { PlacedModel } from '@intermodel/inputs';
import { scoreColumn, type ActivationBatch, type LabelledImageBatch } from '@intermodel/schemas';
import { readNumbers } from '@intermodel/streams';
import type { Study, StudyModel } from '@intermodel/studies';
import { lastValueFrom, of } from 'rxjs';
import type { Attempt } from './find-better.ts';

/** What models are tried with. */
export interface TryOptions {
  /** The study. */
  readonly study: Pick<Study, 'matching' | 'runtime'>;
  /** Concepts of the labels. */
  readonly vocabulary: LabelVocabulary;
  /** Stops the work. */
  readonly signal: AbortSignal;
}

/** Places by which labels are exchanged among the images to see what chance gives, as parts of their number. */
const exchanges = [1 / 4, 1 / 2, 3 / 4];

/** Runs a model over images in memory, fed in one way: the activations of each of its layers. */
export async function runOnImages(
  { model, places }: PlacedModel,
  input: StudyModel['input'],
  batches: readonly LabelledImageBatch[],
  { study: { runtime }, signal }: TryOptions,
): Promise<LabelledActivations[]> {
  const models = new OpenModels(runtime, signal);
  try {
    const layers = new Map(places.map(({ layer, reading }) => [layer, reading]));
    await models.open({ ...model, input, layers }, 1);
    const activations = new Map<string, ActivationBatch[]>(places.map(({ layer }) => [layer, []]));
    for (const batch of batches) {
      signal.throwIfAborted();
      const found = await models.infer(model.name, batch);
      for (const [layer, own] of activations) own.push(found.get(layer) as ActivationBatch);
    }
    return [...activations.values()].map((own) => new LabelledActivations(own));
  } finally {
    await models.close();
  }
}

/** What the units of all layers of a model match with the labels as they are, and with those of other images. */
export async function tryLabels(layers: readonly LabelledActivations[], options: TryOptions): Promise<Attempt> {
  const own = await matchLayers(layers, (layer) => layer.asTheyAre(), options);
  let chance = 0;
  for (const share of exchanges) {
    const { iou } = await matchLayers(layers, (layer) => layer.exchanged(Math.round(layer.images * share)), options);
    chance += iou / exchanges.length;
  }
  return { ...own, chance };
}

/** What the units of all layers of a model match under a labelling. */
export async function matchLayers(
  layers: readonly LabelledActivations[],
  label: (activations: LabelledActivations) => ActivationBatch,
  { study: { matching }, vocabulary: { concepts, ignore = 0 }, signal }: TryOptions,
): Promise<Omit<Attempt, 'chance'>> {
  // Of all scores IoU alone is comparable over labellings and models.
  const gate = matching.score === 'iou' ? matching.gate : matchScores.iou.gate;
  const preset = { ...matching, score: 'iou' as const, gate, minimumImages: 0, minimumCoverage: 0 };
  let [units, detected, sum] = [0, 0, 0];
  for (const layer of layers) {
    signal.throwIfAborted();
    const { summary, matches } = await lastValueFrom(
      of(label(layer)).pipe(dissectActivations({ vocabulary: concepts, ignore, preset, maximumImages: layer.images })),
    );
    units += summary.units;
    detected += summary.detected;
    // What is never active has no score.
    for (const iou of readNumbers(scoreColumn(matches))) sum += Number.isFinite(iou) ? iou : 0;
  }
  return { units, matching: detected, iou: units === 0 ? 0 : sum / units };
}

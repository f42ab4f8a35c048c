import { makeThumbnail, type ImageShard, type LabelledImageEntry, type Thumbnail } from '@intermodel/data-loading';
import {
  matchScores,
  passesGate,
  upsamplingOptions,
  type PlaceMap,
  type PresetGate,
  type UnitPlaces,
} from '@intermodel/concept-matching';
import {
  outlineMask,
  packState,
  passesLimit,
  planUpsampling,
  unpackState,
  upsampleMap,
  type TopActivation,
} from '@intermodel/numerics';
import { scoreColumn, testColumn } from '@intermodel/schemas';
import { column, readNumbers, readStrings } from '@intermodel/streams';
import { mapGrades, type GalleryUnit, type GradedMap, type UnitGallery } from '@intermodel/report';
import type { LayerPlace } from '@intermodel/inputs';
import { readStep, type StepFamily, type StepInputs, type StepParts } from '@intermodel/steps';
import { gateOf, type Study, type StudyModel } from '@intermodel/studies';
import type { DissectedLayer } from '../dissect/dissect-events.ts';
import { countOf } from '../dissect/group-images.ts';
import type { StudyBench } from './study-bench.ts';

/**
 * Makes the gallery of a layer as `study.gallery` asks for it: for the best units, each of another concept first, the
 * images that drive them most, with the region above the threshold outlined. Only these images are decoded again.
 */
export async function makeGallery(
  place: LayerPlace,
  inputs: StepInputs<StudyBench>,
  bench: StudyBench,
): Promise<StepParts> {
  const { study, hashes, describe } = bench;
  const group = bench.group(place.model);
  const counted = await group.images();
  for (const step of inputs.steps('top'))
    if (countOf(counted, describe.shards[step.index] as ImageShard) > 0) await readStep(step, 'strongest', bench);
  const images = await group.countedImages();
  const shown = await galleryUnits(study, place.model, await group.layer(place), images);
  const places = await group.places(place, shown);
  const units = shown.map((unit, index) => ({ ...unit, ...pictured(places?.[index]) }));
  const used = new Set(units.flatMap(({ images: own }) => own.map(({ image }) => image)));
  for (const shard of describe.shards) {
    const own = shard.entries.filter(({ image }) => used.has(image));
    const { files } = own.length === 0 ? { files: new Map<string, string>() } : shard;
    for (const { file } of own) await hashes.checkUnchanged(file, files.get(file) ?? '');
  }
  return { gallery: packState({ units }) };
}

/** Galleries that were made; those without a unit are left out. */
export async function readGalleries(
  families: readonly StepFamily<StudyBench>[],
  bench: StudyBench,
): Promise<UnitGallery[]> {
  const galleries: UnitGallery[] = [];
  for (const place of bench.places) {
    const family = bench.describe.gallery(place, bench.study.matching);
    if (!families.includes(family)) continue;
    const { units } = unpackState(await readStep(family.only, 'gallery', bench)) as Pick<UnitGallery, 'units'>;
    if (units.length > 0)
      galleries.push({ model: place.model.name, layer: (await bench.group(place.model).layer(place)).layer, units });
  }
  return galleries;
}

/** Maps of places as a page draws them. */
function pictured(places: UnitPlaces | undefined): Pick<GalleryUnit, 'places'> {
  if (places === undefined) return {};
  return { places: { fires: gradedMap(places.fires), lies: gradedMap(places.lies) } };
}

/** A map in few grades of its own maximum. */
function gradedMap({ height, width, shares }: PlaceMap): GradedMap {
  const most = shares.reduce((largest, share) => Math.max(largest, share), 0);
  const grades = Uint8Array.from(shares, (share) => (most === 0 ? 0 : Math.round((mapGrades * share) / most)));
  return { height, width, grades, most };
}

async function galleryUnits(
  study: Study,
  model: StudyModel,
  layer: DissectedLayer,
  images: readonly LabelledImageEntry[],
): Promise<UnitGallery['units']> {
  const { units, thumbnailPixels } = study.gallery;
  const { labelGrid } = study.data;
  const top = await layer.top();
  const shown = top === undefined ? [] : bestUnits(layer, gateOf(study), units);
  const thumbnails = new Map<string, Promise<Thumbnail>>();
  const thumbnail = (entry: LabelledImageEntry) => {
    const made = thumbnails.get(entry.file) ?? makeThumbnail(entry.file, model.geometry, thumbnailPixels, study.data);
    thumbnails.set(entry.file, made);
    return made;
  };
  const { compare } = study.matching;
  const sizes = { ...layer, labelHeight: labelGrid.height, labelWidth: labelGrid.width };
  const plan = planUpsampling(upsamplingOptions(sizes, study.matching));
  const region = ({ map }: TopActivation, threshold: number) =>
    outlineMask(
      upsampleMap(plan, map).map((value) => (passesLimit(value, compare, threshold) ? 1 : 0)),
      labelGrid.height,
      labelGrid.width,
    );
  return Promise.all(
    shown.map(async (unit) => ({
      ...unit,
      tied: top?.tied(unit.unit) ?? 0,
      images: await Promise.all(
        byArea(top?.read(unit.unit) ?? [], unit.threshold, compare).flatMap((activation) => {
          const entry = images[activation.image];
          // A plain array, as what is stored gives it back.
          return entry === undefined
            ? []
            : [
                thumbnail(entry).then(({ bytes, ...picture }) => ({
                  image: entry.image,
                  ...picture,
                  bytes: new Uint8Array(bytes),
                  activation: activation.score,
                  region: region(activation, unit.threshold),
                })),
              ];
        }),
      ),
    })),
  );
}

/** Images in their order, of maps with equal scores and means the one with more values above the threshold first. */
function byArea(
  activations: readonly TopActivation[],
  threshold: number,
  compare: Parameters<typeof passesLimit>[1],
): readonly TopActivation[] {
  const sum = ({ map }: TopActivation): number => map.reduce((total, value) => total + value, 0);
  const area = ({ map }: TopActivation): number =>
    map.reduce((total, value) => total + (passesLimit(value, compare, threshold) ? 1 : 0), 0);
  return [...activations].sort((a, b) => b.score - a.score || sum(b) - sum(a) || area(b) - area(a));
}

/** Best units that pass the gate, by their score: the best of every concept before the second best of any. */
function bestUnits({ matches, thresholds }: DissectedLayer, gate: PresetGate, count: number) {
  const concepts = readStrings(column(matches, 'concept'));
  const categories = readStrings(column(matches, 'category'));
  const units = readNumbers(column(matches, 'unit'));
  const ious = readNumbers(column(matches, 'iou'));
  const limits = readNumbers(column(thresholds, 'threshold'));
  const scores = readNumbers(scoreColumn(matches));
  const tests = testColumn(matches, 'q');
  const q = tests === undefined ? undefined : readNumbers(tests);
  const { title } = matchScores[gate.score];
  const seen = new Map<string, number>();
  return [...ious.keys()]
    .filter((row) => passesGate(scores[row] as number, gate, q?.[row]) && concepts[row] !== '')
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
    .map((row) => {
      const key = JSON.stringify([categories[row], concepts[row]]);
      const rank = seen.get(key) ?? 0;
      seen.set(key, rank + 1);
      return {
        rank,
        unit: units[row] as number,
        concept: concepts[row] as string,
        category: categories[row] as string,
        iou: ious[row] as number,
        score: scores[row] as number,
        threshold: limits[row] as number,
      };
    })
    .sort((a, b) => a.rank - b.rank || b.score - a.score || a.unit - b.unit)
    .slice(0, count)
    .sort((a, b) => b.score - a.score || a.unit - b.unit)
    .map(({ unit, concept, category, iou, score, threshold }) => ({
      unit,
      concept,
      category,
      iou,
      ...(gate.score === 'iou' ? {} : { score: { title, value: score } }),
      threshold,
    }));
}

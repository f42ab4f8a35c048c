import {
  isTested,
  joinUnitReplicates,
  testColumn,
  type LayerReplicates,
  type UnitMatchBatch,
  type UnitReplicateBatch,
} from '@intermodel/schemas';
import { isMatch, type MatchGate } from '@intermodel/numerics';
import { column, readNumbers, readStrings } from '@intermodel/streams';
import { conceptKey, type Concept } from './profile-matrix.ts';
import { compareText } from './profile-models.ts';
import { unknownModel, type ProfileReplicates } from './profile-replicates.ts';

/** Options of {@link resampleImages}. */
export interface ResampleImagesOptions {
  /** Matches of the units of all layers of all models; tests against chance are taken from them. */
  readonly matches: readonly UnitMatchBatch[];
  /** What the same units match when images are drawn anew. */
  readonly replicates: readonly UnitReplicateBatch[];
  /** What a unit must pass to match its concept. */
  readonly gate: MatchGate;
}

/** What the replicates of a model count: of replicate r the entries `starts[r]` to `starts[r + 1] - 1`. */
interface ModelCounts {
  readonly units: number;
  readonly starts: Int32Array;
  readonly concepts: Int32Array;
  readonly counts: Int32Array;
}

/**
 * Bootstrap over images: counts of units as they would be had other images of the same kind been labelled and shown. In
 * a replicate every unit has the concept that fits it best on the images of that replicate, if it passes the gate, so
 * that concepts come as well as go; all models see the same images. Thresholds, and what tests against chance say of a
 * unit, stay as they are.
 *
 * @throws InputError `MODEL_UNKNOWN` for a model that has no replicates; RangeError for replicates that do not belong
 *   together, or to these matches.
 */
export function resampleImages({ matches, replicates, gate }: ResampleImagesOptions): ProfileReplicates {
  const layers = joinUnitReplicates(replicates);
  const concepts = allConcepts(layers);
  const places = new Map(concepts.map((concept, place) => [conceptKey(concept), place]));
  const tests = testsOf(matches);
  const count = layers[0]?.count ?? 0;
  const models = new Map<string, LayerReplicates[]>();
  for (const layer of layers) models.set(layer.model, [...(models.get(layer.model) ?? []), layer]);
  const known = new Map(
    [...models].map(([model, own]) => [model, countModel(own, count, places, tests, gate)] as const),
  );
  const find = (model: string) => {
    const found = known.get(model);
    if (found === undefined) throw unknownModel(model);
    return found;
  };
  return {
    over: 'images',
    replicates: count,
    concepts,
    unitsOf: (model) => find(model).units,
    countsOf: (model, replicate, into) => {
      const { starts, concepts: own, counts } = find(model);
      into.fill(0);
      const end = starts[replicate + 1] as number;
      for (let at = starts[replicate] as number; at < end; at++) into[own[at] as number] = counts[at] as number;
    },
  };
}

/** Concepts of all layers, sorted as those of profiles are. */
function allConcepts(layers: readonly LayerReplicates[]): Concept[] {
  const known = new Map<string, Concept>();
  for (const { concepts } of layers) for (const concept of concepts) known.set(conceptKey(concept), concept);
  return [...known.values()].sort((a, b) => compareText(a.category, b.category) || compareText(a.concept, b.concept));
}

/** False-discovery rates of the units of each layer, by model and layer; NaN where they were not tested. */
function testsOf(matches: readonly UnitMatchBatch[]): ReadonlyMap<string, Float64Array> {
  const tests = new Map<string, number[]>();
  for (const batch of matches) {
    const values = isTested(batch) ? testColumn(batch, 'q') : undefined;
    const q = values === undefined ? undefined : readNumbers(values);
    const [models, layers] = [readStrings(column(batch, 'model')), readStrings(column(batch, 'layer'))];
    readNumbers(column(batch, 'unit')).forEach((unit, row) => {
      const key = JSON.stringify([models[row], layers[row]]);
      let own = tests.get(key);
      if (own === undefined) tests.set(key, (own = []));
      own[unit] = q?.[row] ?? Number.NaN;
    });
  }
  return new Map([...tests].map(([key, q]) => [key, Float64Array.from(q)]));
}

function countModel(
  layers: readonly LayerReplicates[],
  replicates: number,
  places: ReadonlyMap<string, number>,
  tests: ReadonlyMap<string, Float64Array>,
  gate: MatchGate,
): ModelCounts {
  const read = layers.map((layer) => {
    const q = tests.get(JSON.stringify([layer.model, layer.layer]));
    if (q?.length !== layer.units)
      throw new RangeError(`resampleImages: the matches of ${layer.model} ${layer.layer} are of other units`);
    return { layer, q, place: Int32Array.from(layer.concepts, (concept) => places.get(conceptKey(concept)) as number) };
  });
  const starts = new Int32Array(replicates + 1);
  const [concepts, counts] = [[] as number[], [] as number[]];
  for (let replicate = 0; replicate < replicates; replicate++) {
    const found = new Map<number, number>();
    for (const { layer, q, place } of read)
      for (let unit = 0, at = replicate; unit < layer.units; unit++, at += replicates) {
        const best = layer.best[at] as number;
        if (best < 0 || !isMatch(layer.scores[at] as number, q[unit] as number, gate)) continue;
        const concept = place[best] as number;
        found.set(concept, (found.get(concept) ?? 0) + 1);
      }
    concepts.push(...found.keys());
    counts.push(...found.values());
    starts[replicate + 1] = concepts.length;
  }
  return {
    units: layers.reduce((sum, { units }) => sum + units, 0),
    ...{ starts, concepts: Int32Array.from(concepts), counts: Int32Array.from(counts) },
  };
}

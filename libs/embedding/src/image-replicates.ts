import {
  isTested,
  joinUnitReplicates,
  testColumn,
  type LayerReplicates,
  type UnitMatchBatch,
  type UnitReplicateBatch,
} from '@intermodel/schemas';
import { isMatch, type MatchGate } from '@intermodel/numerics';
import { column, readNumbers } from '@intermodel/streams';
import { conceptKey, type Concept } from './profile-matrix.ts';
import { unknownModel, type ProfileReplicates } from './profile-replicates.ts';

/** A layer of a model, and what its units match when images are drawn anew. */
export interface ResampledLayer {
  /** Matches of its units, one row a unit in their order; tests against chance are taken from them. */
  readonly matches: UnitMatchBatch;
  /** Replicates of the same units, in any number of tables whose replicates follow each other. */
  readonly replicates: readonly UnitReplicateBatch[];
}

/** Counts of a layer: those of replicate r are the entries `starts[r]` to `starts[r + 1] - 1`. */
interface LayerCounts {
  readonly starts: Int32Array;
  readonly concepts: Int32Array;
  readonly units: Int32Array;
}

/** Counts of a model, layer by layer. */
interface ModelCounts {
  units: number;
  readonly layers: LayerCounts[];
}

/**
 * Bootstrap over images: counts of units as they would be had other images of the same kind been shown. In a replicate
 * every unit has the concept that fits it best on the images of that replicate, if it passes the gate, so that concepts
 * come as well as go; all models see the same images. Thresholds, and what tests against chance say of a unit, stay as
 * they are.
 *
 * Layers are added one after the other; of each only its counts are held.
 */
export class ImageReplicates implements ProfileReplicates {
  readonly over = 'images';
  readonly #gate: MatchGate;
  readonly #concepts: Concept[] = [];
  readonly #places = new Map<string, number>();
  readonly #models = new Map<string, ModelCounts>();
  #first: LayerReplicates | undefined;

  /** @param gate what a unit must pass to match its concept */
  constructor(gate: MatchGate) {
    this.#gate = gate;
  }

  /** How often images were drawn. */
  get replicates(): number {
    return this.#first?.count ?? 0;
  }

  /** Concepts of the labels, in the order in which layers have them. */
  get concepts(): readonly Concept[] {
    return this.#concepts;
  }

  /** Adds a layer. @throws RangeError where replicates are of other units, or drawn in another way than those before. */
  add({ matches, replicates }: ResampledLayer): void {
    const [layer, ...others] = joinUnitReplicates(replicates);
    if (layer?.units !== matches.numRows || others.length > 0)
      throw new RangeError('ImageReplicates: replicates and matches are of different units');
    const drawOf = ({ seed, count, images, blocks }: LayerReplicates) => [seed, count, images, blocks].join();
    this.#first ??= layer;
    if (drawOf(layer) !== drawOf(this.#first))
      throw new RangeError(`ImageReplicates: images of ${layer.model} were drawn in another way than those of others`);
    const known = this.#models.get(layer.model) ?? { units: 0, layers: [] };
    this.#models.set(layer.model, known);
    known.units += layer.units;
    known.layers.push(this.#count(layer, matches));
  }

  /** All units of a model. @throws InputError `MODEL_UNKNOWN`. */
  unitsOf = (model: string): number => this.#find(model).units;

  /** Writes how many units of a model match each concept in a replicate. @throws InputError `MODEL_UNKNOWN`. */
  countsOf = (model: string, replicate: number, into: Int32Array): void => {
    into.fill(0);
    for (const { starts, concepts, units } of this.#find(model).layers) {
      const end = starts[replicate + 1] as number;
      for (let at = starts[replicate] as number; at < end; at++) {
        const concept = concepts[at] as number;
        into[concept] = (into[concept] as number) + (units[at] as number);
      }
    }
  };

  #find(model: string): ModelCounts {
    const found = this.#models.get(model);
    if (found === undefined) throw unknownModel(model);
    return found;
  }

  #count(layer: LayerReplicates, matches: UnitMatchBatch): LayerCounts {
    const places = Int32Array.from(layer.concepts, (concept) => this.#place(concept));
    const tests = isTested(matches) ? testColumn(matches, 'q') : undefined;
    const rates = tests === undefined ? undefined : readNumbers(tests);
    const q = new Float64Array(layer.units).fill(Number.NaN);
    readNumbers(column(matches, 'unit')).forEach((unit, row) => {
      q[unit] = rates?.[row] ?? Number.NaN;
    });
    const starts = new Int32Array(layer.count + 1);
    const [concepts, units] = [[] as number[], [] as number[]];
    for (let replicate = 0; replicate < layer.count; replicate++) {
      const found = new Map<number, number>();
      for (let unit = 0, at = replicate; unit < layer.units; unit++, at += layer.count) {
        const best = layer.best[at] as number;
        if (best < 0 || !isMatch(layer.scores[at] as number, q[unit] as number, this.#gate)) continue;
        const concept = places[best] as number;
        found.set(concept, (found.get(concept) ?? 0) + 1);
      }
      concepts.push(...found.keys());
      units.push(...found.values());
      starts[replicate + 1] = concepts.length;
    }
    return { starts, concepts: Int32Array.from(concepts), units: Int32Array.from(units) };
  }

  #place(concept: Concept): number {
    const key = conceptKey(concept);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.#concepts.length);
    return this.#concepts.push({ concept: concept.concept, category: concept.category }) - 1;
  }
}

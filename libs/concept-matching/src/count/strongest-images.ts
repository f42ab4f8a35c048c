import { TopActivations, type TopActivationsOptions } from '@intermodel/numerics';
import {
  strongestImageFacts,
  strongestImageSchema,
  type ActivationShape,
  type StrongestImageBatch,
} from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, checkBatch, column, readNumbers } from '@intermodel/streams';
import type { Data } from 'apache-arrow';

/** How many images are kept of each unit, and by which score. */
export type StrongestOptions = Required<Pick<TopActivationsOptions, 'images' | 'pool'>>;

/** Table of the images that drive each unit most. */
export function strongestBatch(
  shape: ActivationShape,
  options: StrongestOptions,
  top: TopActivations,
): StrongestImageBatch {
  const { units, mapHeight, mapWidth } = shape;
  const size = mapHeight * mapWidth;
  const { filled, order, imageAt, scoreAt, mapAt, tied: ties } = top.toState();
  const rows = filled.reduce((sum, count) => sum + count, 0);
  const unit = new Int32Array(rows);
  const image = new Int32Array(rows);
  const score = new Float64Array(rows);
  const map = new Float32Array(rows * size);
  const tied = new Int32Array(rows);
  let row = 0;
  for (let each = 0; each < units; each++) {
    for (let rank = 0; rank < (filled[each] as number); rank++) {
      const place = order[each * options.images + rank] as number;
      unit[row] = each;
      image[row] = imageAt[place] as number;
      score[row] = scoreAt[place] as number;
      tied[row] = rank === 0 ? (ties[each] as number) : 0;
      map.set(mapAt.subarray(place * size, (place + 1) * size), row * size);
      row++;
    }
  }
  return buildBatch(strongestImageSchema({ shape, ...options }), { unit, image, score, map, tied });
}

/** Images that drive each unit most over several shards, which come in their order. */
export class JoinedStrongest {
  #top: TopActivations | undefined;
  #images = 0;

  /** What was found, its images numbered over all shards; undefined where no shard was added. */
  get top(): TopActivations | undefined {
    return this.#top;
  }

  /**
   * Adds what was found in the next shard, which has so many images.
   *
   * @throws BatchSchemaError for another table
   */
  add(strongest: StrongestImageBatch, images: number): this {
    const facts = strongestImageFacts(strongest.schema);
    if (facts === undefined)
      throw new BatchSchemaError('JoinedStrongest', 'strongest', 'a schema that states the layer', 'one without');
    checkBatch('JoinedStrongest', strongestImageSchema(facts), strongest);
    const { shape, images: most, pool } = facts;
    const size = shape.mapHeight * shape.mapWidth;
    const top = (this.#top ??= new TopActivations({ units: shape.units, mapSize: size, images: most, pool }));
    const units = readNumbers(column(strongest, 'unit'));
    const numbers = readNumbers(column(strongest, 'image'));
    const scores = readNumbers(column(strongest, 'score'));
    const ties = readNumbers(column(strongest, 'tied'));
    const maps = (strongest.data.children[3] as Data).children[0]?.values as Float32Array;
    for (let row = 0; row < strongest.numRows; row++)
      top.insert(units[row] as number, {
        image: this.#images + (numbers[row] as number),
        score: scores[row] as number,
        map: maps.subarray(row * size, (row + 1) * size),
        tied: ties[row] as number,
      });
    this.#images += images;
    return this;
  }
}

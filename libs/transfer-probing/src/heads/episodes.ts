import { createRandom } from '@intermodel/numerics';

/** Images drawn for an episode, those of a class together. */
export interface Episode {
  /** Images to learn from: ways x shots. */
  readonly support: Int32Array;
  /** Which of the classes of the episode, from 0, each image to learn from has. */
  readonly ways: Int32Array;
  /** Images to tell the classes of: ways x queries. */
  readonly queries: Int32Array;
}

/** How episodes are drawn. */
export interface EpisodeOptions {
  /** Classes of an episode. */
  readonly ways: number;
  /** Images of a class to learn from. */
  readonly shots: number;
  /** Images of a class to tell the class of. */
  readonly queries: number;
  /** Number of episodes. */
  readonly episodes: number;
  /** Seed. */
  readonly seed: number;
}

/** Classes with enough images for an episode, with their images. */
export function eligibleClasses(
  classOf: Int32Array,
  { shots, queries }: Pick<EpisodeOptions, 'shots' | 'queries'>,
): Int32Array[] {
  const images = new Map<number, number[]>();
  classOf.forEach((label, image) => {
    const own = images.get(label);
    if (own === undefined) images.set(label, [image]);
    else own.push(image);
  });
  return [...images.keys()]
    .sort((a, b) => a - b)
    .map((label) => Int32Array.from(images.get(label) as number[]))
    .filter(({ length }) => length >= shots + queries);
}

/**
 * Draws episodes: classes, and of each class images, each equally likely and none twice. They depend on classes, sizes
 * and seed alone.
 *
 * @param classes images of each class, at least `ways` classes of at least shots + queries images
 */
export function* drawEpisodes(
  classes: readonly Int32Array[],
  { ways, shots, queries, episodes, seed }: EpisodeOptions,
): Generator<Episode> {
  const random = createRandom(seed, shots);
  const order = Int32Array.from(classes.keys());
  const pools = classes.map((images) => images.slice());
  /** Brings random items to the front. */
  const draw = (items: Int32Array, count: number): Int32Array => {
    for (let place = 0; place < count; place++) {
      const other = place + random.below(items.length - place);
      const held = items[place] as number;
      items[place] = items[other] as number;
      items[other] = held;
    }
    return items.subarray(0, count);
  };
  for (let episode = 0; episode < episodes; episode++) {
    const support = new Int32Array(ways * shots);
    const asked = new Int32Array(ways * queries);
    draw(order, ways).forEach((label, way) => {
      const images = draw(pools[label] as Int32Array, shots + queries);
      support.set(images.subarray(0, shots), way * shots);
      asked.set(images.subarray(shots), way * queries);
    });
    yield { support, ways: support.map((_, place) => Math.floor(place / shots)), queries: asked };
  }
}

import { openProducts, type MatrixProducts } from '@intermodel/onnx';
import { InputError } from '@intermodel/streams';
import type { FeatureRows } from '../feature-rows.ts';
import { probeDefaults } from '../probe-defaults.ts';
import { resamplingDefaults, type ProbeOutcome, type ResamplingOptions } from '../probe-outcome.ts';
import { drawEpisodes, eligibleClasses, type Episode } from './episodes.ts';
import { fitGram } from './gram-regression.ts';
import {
  checkFeatures,
  requireImages,
  singleClasses,
  type HeadOutcome,
  type LabelledFeatures,
} from './labelled-features.ts';
import { openLogisticRegression } from './logistic-regression.ts';
import { logits } from './logits.ts';
import { rateSamples, type SampledScore, type Samples } from './sampled-accuracy.ts';

/** What {@link probeFewShot} takes. */
export interface FewShotOptions extends ResamplingOptions {
  /** Images that episodes are drawn from, in parts: all of the task, since nothing is fitted or chosen beyond an episode. */
  readonly parts: readonly LabelledFeatures[];
  /** Classes of an episode. @default 5 */
  readonly ways?: number;
  /** Images of a class to learn from. @default [1, 5, 20, 50] */
  readonly shots?: readonly number[];
  /** Images of a class to tell the class of. @default 15 */
  readonly queries?: number;
  /** Number of episodes for each number of shots. @default 600 */
  readonly episodes?: number;
  /** Threads of a product of matrices. @default one a core */
  readonly threads?: number | undefined;
  /** Stops the work: its reason is thrown. @default never */
  readonly signal?: AbortSignal | undefined;
  /** Called with the episodes done of all. @default nothing */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/** C of the logistic head (as Tian et al. 2020). */
const penalty = 1;
/** Rows of an episode whose inner products are held. */
const gramRows = 2_048;
/** Episodes between two turns of the event loop. */
const progressEvery = 20;

/**
 * Scores features of length 1 (as Tian et al. 2020) on episodes of a few images a class: by the nearest class mean
 * (Euclidean; Snell et al. 2017), and by logistic regression with C = 1. Episodes depend on the images' names, their
 * classes and the seed alone, so that they are the same for all models.
 *
 * A score is the share of right answers over all episodes. Its replicates draw the images that were asked, each with
 * the answers that it got in all its episodes: drawing episodes would tell of the draw alone, and make any two models
 * differ if only there are enough of these.
 *
 * Episodes are drawn from the classes that have images enough for shots and queries; warnings tell where some have
 * not. Where these are fewer than an episode needs, that number of shots is left out.
 *
 * @throws InputError `PART_EMPTY`, `FEATURES_NOT_FINITE`, `PROBE_SEVERAL_CLASSES`, `EPISODES_IMPOSSIBLE` where no number
 * of shots is left.
 */
export async function probeFewShot(options: FewShotOptions): Promise<HeadOutcome<ProbeOutcome>> {
  const { ways = probeDefaults.ways, shots = probeDefaults.shots, queries = probeDefaults.queries } = options;
  const { episodes = probeDefaults.episodes, seed = resamplingDefaults.seed, signal, onProgress } = options;
  const { replicates = resamplingDefaults.replicates } = options;
  const parts = options.parts.filter(({ features }) => features.rows > 0);
  for (const part of parts) checkFeatures(part);
  const images = joinImages(parts);
  requireImages(
    { features: { ...(parts[0]?.features ?? noRows), rows: images.classOf.length } },
    'train',
    'episodes are drawn from',
  );
  const draws = shots.map((each) => ({
    shots: each,
    classes: eligibleClasses(images.classOf, { shots: each, queries }),
  }));
  const possible = draws.filter(({ classes }) => classes.length >= ways);
  const all = new Set(images.classOf).size;
  const warnings = draws.flatMap((draw) => {
    const { shots: each, classes } = draw;
    if (!possible.includes(draw)) return [leftOut(each, queries, ways, classes.length)];
    const few = all - classes.length;
    if (few === 0) return [];
    return [
      `${String(few)} of ${String(all)} classes have fewer than ${String(each + queries)} images, and are in no episode of ${shotsText(each)}.`,
    ];
  });
  if (possible.length === 0)
    throw new InputError(
      'EPISODES_IMPOSSIBLE',
      `no episode of ${String(ways)} classes can be drawn: ${warnings.join(' ')}`,
      {
        expected: `${String(ways)} classes of at least ${String(Math.min(...shots) + queries)} images`,
        hint: 'Give more images, or lower `tasks[].ways`, `tasks[].shots` or `tasks[].queries`.',
      },
    );
  const outcomes: ProbeOutcome[] = [];
  const products = openProducts(options);
  try {
    let done = 0;
    for (const draw of possible) {
      const means = new Answers(images.classOf.length);
      const regressions = new Answers(images.classOf.length);
      const columns = images.means.length;
      const known = new Float32Array(ways * draw.shots * columns);
      const asked = new Float32Array(ways * queries * columns);
      for (const episode of drawEpisodes(draw.classes, { ways, shots: draw.shots, queries, episodes, seed })) {
        signal?.throwIfAborted();
        const centred = {
          known: gather(images, episode.support, known),
          asked: gather(images, episode.queries, asked),
        };
        means.take(episode.queries, await nearestMeans(centred, episode.ways, ways, products), ways);
        regressions.take(episode.queries, await regress(images, episode, centred, options, products), ways);
        done++;
        if (done % progressEvery > 0) continue;
        onProgress?.(done, possible.length * episodes);
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const [head, answers] of [
        ['nearest mean', means],
        ['logistic regression', regressions],
      ] as const)
        outcomes.push({
          metric: `${String(draw.shots)}-shot accuracy (${head})`,
          ...answers.rate({ replicates, seed }),
          higherIsBetter: true,
          n: answers.asked.length,
          chosen: '',
        });
    }
  } finally {
    await products.close();
  }
  return { outcomes, warnings };
}

const noRows: FeatureRows = { values: new Float32Array(), rows: 0, columns: 0 };

/** Answers to the images of all episodes. */
class Answers {
  readonly #times: Uint32Array;
  readonly #right: Uint32Array;

  /** @param images number of images */
  constructor(images: number) {
    this.#times = new Uint32Array(images);
    this.#right = new Uint32Array(images);
  }

  /** Images that were asked at least once. */
  get asked(): readonly number[] {
    return Array.from(this.#times.keys()).filter((image) => (this.#times[image] as number) > 0);
  }

  /** Takes the answers of an episode: right where an image's own class has the highest score, of equal ones the first. */
  take(queries: Int32Array, scores: Float32Array | Float64Array, ways: number): void {
    const ofClass = queries.length / ways;
    queries.forEach((image, row) => {
      let best = 0;
      for (let way = 1; way < ways; way++)
        if ((scores[row * ways + way] as number) > (scores[row * ways + best] as number)) best = way;
      this.#times[image] = (this.#times[image] as number) + 1;
      if (best === Math.floor(row / ofClass)) this.#right[image] = (this.#right[image] as number) + 1;
    });
  }

  /** Share of right answers, and that of samples of the images that were asked. */
  rate(samples: Samples): SampledScore {
    const { asked } = this;
    const times = asked.map((image) => this.#times[image] as number);
    const right = asked.map((image) => this.#right[image] as number);
    return rateSamples(asked.length, samples, (weights) => {
      let [sum, all] = [0, 0];
      for (let index = 0; index < times.length; index++) {
        const weight = weights[index] as number;
        sum += weight * (right[index] as number);
        all += weight * (times[index] as number);
      }
      return sum / all;
    });
  }
}

/** Images of all parts by name, which the split does not change, with their features brought to length 1. */
interface JoinedImages {
  readonly classOf: Int32Array;
  /** Features about their means, where float32 keeps the digits that images differ in: images x features. */
  readonly centred: Float32Array;
  /** Mean of each feature. */
  readonly means: Float64Array;
  /** Inner product of the features of each image with the means. */
  readonly alongMeans: Float64Array;
}

function joinImages(parts: readonly LabelledFeatures[]): JoinedImages {
  const images = parts.flatMap((part) => {
    const { values, columns } = part.features;
    const classOf = singleClasses(part);
    return part.images.map((name, row) => {
      const own = values.subarray(row * columns, (row + 1) * columns);
      const length = Math.sqrt(innerProduct(own, own));
      return { name, label: classOf[row] as number, own, factor: length === 0 ? 0 : 1 / length };
    });
  });
  images.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const columns = images[0]?.own.length ?? 0;
  const means = new Float64Array(columns);
  for (const { own, factor } of images)
    for (let column = 0; column < columns; column++)
      means[column] = (means[column] as number) + ((own[column] as number) * factor) / images.length;
  const centred = new Float32Array(images.length * columns);
  images.forEach(({ own, factor }, image) => {
    for (let column = 0; column < columns; column++)
      centred[image * columns + column] = (own[column] as number) * factor - (means[column] as number);
  });
  return {
    classOf: Int32Array.from(images, ({ label }) => label),
    centred,
    means,
    alongMeans: Float64Array.from(images, ({ own, factor }) => factor * innerProduct(own, means)),
  };
}

/** Features of the images of an episode about the mean of all images. */
interface CentredEpisode {
  /** Images to learn from. */
  readonly known: FeatureRows;
  /** Images to tell the classes of. */
  readonly asked: FeatureRows;
}

/** Copies the features of some images into an array that is used again. */
function gather({ centred, means }: JoinedImages, drawn: Int32Array, into: Float32Array): FeatureRows {
  const columns = means.length;
  for (let row = 0; row < drawn.length; row++) {
    const image = drawn[row] as number;
    into.set(centred.subarray(image * columns, (image + 1) * columns), row * columns);
  }
  return { values: into, rows: drawn.length, columns };
}

/** Minus half the squared distance of each query to each class mean, but for what is the same for all classes. */
async function nearestMeans(
  { known, asked }: CentredEpisode,
  of: Int32Array,
  ways: number,
  products: MatrixProducts,
): Promise<Float32Array> {
  const { rows, columns } = known;
  const shares = new Float32Array(ways * rows);
  of.forEach((way, row) => {
    shares[way * rows + row] = ways / rows;
  });
  const centres = await products.multiply({ values: shares, rows: ways, columns: rows }, known);
  const scores = await products.multiply(asked, { values: centres, rows: ways, columns }, 'second');
  for (let way = 0; way < ways; way++) {
    const centre = centres.subarray(way * columns, (way + 1) * columns);
    const half = innerProduct(centre, centre) / 2;
    for (let index = way; index < scores.length; index += ways) scores[index] = (scores[index] as number) - half;
  }
  return scores;
}

/** Logits of each query by logistic regression on features of length 1. */
async function regress(
  images: JoinedImages,
  episode: Episode,
  { known, asked }: CentredEpisode,
  { threads, signal }: FewShotOptions,
  products: MatrixProducts,
): Promise<Float64Array> {
  const { support, queries, ways: of } = episode;
  const classes = Math.max(...of) + 1;
  if (support.length <= gramRows) {
    const inner = unitProducts(images, support, support, await products.multiply(known, known, 'second'));
    const outer = unitProducts(images, queries, support, await products.multiply(asked, known, 'second'));
    return (await fitGram({ inner, outer, of, classes }, penalty, products, signal)).logits;
  }
  const targets = { kind: 'classes', classes, of } as const;
  const regression = await openLogisticRegression([{ features: unitFeatures(images, known), targets }], {
    threads,
    signal,
  });
  try {
    return await logits(await regression.fit(penalty), unitFeatures(images, asked), { products });
  } finally {
    await regression.close();
  }
}

/** Inner products of features of length 1 and about no mean, of those about the mean. */
function unitProducts(
  { means, alongMeans }: JoinedImages,
  rows: Int32Array,
  columns: Int32Array,
  centred: Float32Array,
): Float64Array {
  const square = innerProduct(means, means);
  const count = columns.length;
  const along = Float64Array.from(columns, (image) => (alongMeans[image] as number) - square);
  const result = new Float64Array(centred.length);
  for (let row = 0; row < rows.length; row++) {
    const shift = alongMeans[rows[row] as number] as number;
    for (let column = 0; column < count; column++) {
      const index = row * count + column;
      result[index] = (centred[index] as number) + shift + (along[column] as number);
    }
  }
  return result;
}

function unitFeatures({ means }: JoinedImages, { values, rows, columns }: FeatureRows): FeatureRows {
  return { values: values.map((value, index) => value + (means[index % columns] as number)), rows, columns };
}

function innerProduct(first: Float32Array | Float64Array, second: Float32Array | Float64Array): number {
  let sum = 0;
  for (let index = 0; index < first.length; index++) sum += (first[index] as number) * (second[index] as number);
  return sum;
}

function leftOut(shots: number, queries: number, ways: number, classes: number): string {
  const least = `at least ${String(shots + queries)} images`;
  return `${shotsText(shots)} ${shots === 1 ? 'is' : 'are'} left out: ${classes === 0 ? 'no class has' : classes === 1 ? 'only one class has' : `only ${String(classes)} classes have`} ${least}, and an episode needs ${String(ways)}.`;
}

function shotsText(shots: number): string {
  return shots === 1 ? '1 shot' : `${String(shots)} shots`;
}

import { clusterKMeans, countClusters, findRowAxes, rowDistances } from '@intermodel/numerics';
import { fitEmbeddingDefaults } from './fit-embedding.ts';
import { selectProfiles, type ProfileMatrix } from './profile-matrix.ts';
import { summaries, type Summary } from './summarise-profiles.ts';

/**
 * How far two models are from each other, by name:
 *
 * - `profiles`: Euclidean distance of their profiles
 * - `cosine`: 1 - cosine of the angle between them
 * - `components`: Euclidean distance in the embedding
 */
export const profileDistances = ['profiles', 'cosine', 'components'] as const;

/** Name of a distance of models. */
export type ProfileDistance = (typeof profileDistances)[number];

/** Options of {@link ProfileView}. */
export interface ProfileViewOptions {
  /** Profiles of the models to be embedded, over all concepts. */
  readonly profiles: ProfileMatrix;
  /** Whether the first concept is left out of the embedding. @default false */
  readonly dropFirstConcept?: boolean;
  /** Seed of the k-means starts and of the reference sets of the gap statistic. @default 0 */
  readonly seed?: number;
  /** Starts of k-means. @default 100 */
  readonly restarts?: number;
}

/** Reference sets and starts of a gap statistic that is asked for again and again. */
const quickGap = { references: 10, restarts: 20 } as const;

/**
 * What profiles say of their models, each thing computed when it is first asked for: for whoever asks many variants of
 * the same profiles a little each. The same rules as those of `fitEmbedding` and `rateClusters` give the same answers;
 * the gap statistic has fewer reference sets.
 */
export class ProfileView {
  /** Names of the models. */
  readonly models: readonly string[];
  /** Their profiles, over all concepts. */
  readonly profiles: ProfileMatrix;
  readonly #fitted: ProfileMatrix;
  readonly #seed: number;
  readonly #restarts: number;
  #components: Float64Array | undefined;
  #summaries: readonly Summary[] | undefined;
  readonly #distances = new Map<string, Float64Array>();
  readonly #categories = new Map<number, Int32Array>();
  readonly #counts = new Map<number, number | undefined>();

  constructor({
    profiles,
    dropFirstConcept = false,
    seed = fitEmbeddingDefaults.seed,
    restarts = fitEmbeddingDefaults.restarts,
  }: ProfileViewOptions) {
    this.profiles = profiles;
    this.models = profiles.models;
    this.#fitted = dropFirstConcept
      ? selectProfiles(
          profiles,
          () => true,
          (_, index) => index > 0,
        )
      : profiles;
    this.#seed = seed;
    this.#restarts = restarts;
  }

  /** Most components that there can be. */
  get mostComponents(): number {
    return Math.max(0, Math.min(this.models.length - 1, this.#fitted.concepts.length));
  }

  /** Where the models stand on a component, counted from 0; below {@link mostComponents}. */
  component(index: number): Float64Array {
    const most = this.mostComponents;
    this.#components ??= findRowAxes(this.#matrix(), most).scores;
    return Float64Array.from(this.models, (_, row) => this.#components?.[row * most + index] as number);
  }

  /**
   * Distances of the models, models x models.
   *
   * @param kind which distance
   * @param components components that `components` is over, at most {@link mostComponents}
   */
  distances(kind: ProfileDistance, components: number): Float64Array {
    const key = kind === 'components' ? `${kind} ${String(components)}` : kind;
    let distances = this.#distances.get(key);
    if (distances === undefined)
      this.#distances.set(key, (distances = kind === 'cosine' ? this.#cosines() : this.#euclidean(kind, components)));
    return distances;
  }

  /** Category of each model by k-means, from 0 on; `k` at most the number of models. */
  categories(k: number): Int32Array {
    let labels = this.#categories.get(k);
    if (labels === undefined) {
      labels = clusterKMeans({ ...this.#matrix(), k, seed: this.#seed, restarts: this.#restarts }).labels;
      this.#categories.set(k, labels);
    }
    return labels;
  }

  /** Categories that the gap statistic asks for among 1, 2, … `maximum - 1`; undefined: it asks for more. */
  categoryCount(maximum: number): number | undefined {
    const most = Math.min(maximum, this.models.length);
    if (!this.#counts.has(most))
      this.#counts.set(most, countClusters({ ...this.#matrix(), maximum: most, seed: this.#seed, ...quickGap }));
    return this.#counts.get(most);
  }

  /** Matches, unique concepts and redundancy by model and category of concepts. */
  summaries(): readonly Summary[] {
    return (this.#summaries ??= summaries(this.profiles));
  }

  #matrix() {
    return { values: this.#fitted.weights, rows: this.models.length, columns: this.#fitted.concepts.length };
  }

  #euclidean(kind: ProfileDistance, components: number): Float64Array {
    if (kind === 'profiles') return rowDistances(this.#matrix());
    const columns = Array.from({ length: components }, (_, index) => this.component(index));
    const values = Float64Array.from(this.models.flatMap((_, row) => columns.map((column) => column[row] as number)));
    return rowDistances({ values, rows: this.models.length, columns: components });
  }

  #cosines(): Float64Array {
    const { values, rows, columns } = this.#matrix();
    const products = new Float64Array(rows * rows);
    for (let one = 0; one < rows; one++)
      for (let other = 0; other <= one; other++) {
        let sum = 0;
        for (let column = 0; column < columns; column++)
          sum += (values[one * columns + column] as number) * (values[other * columns + column] as number);
        products[one * rows + other] = products[other * rows + one] = sum;
      }
    const size = (row: number) => Math.sqrt(products[row * rows + row] as number);
    return products.map((product, index) => {
      const [one, other] = [Math.floor(index / rows), index % rows];
      return one === other ? 0 : Math.max(0, 1 - product / (size(one) * size(other)));
    });
  }
}

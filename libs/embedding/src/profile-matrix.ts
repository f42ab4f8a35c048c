import { conceptProfileSchema, type ConceptProfileBatch } from '@intermodel/schemas';
import { buildBatch, checkBatch, column, Interner, InputError, readNumbers } from '@intermodel/streams';
import { map, reduce, type OperatorFunction } from 'rxjs';

/** A concept: the same label in two categories is two concepts. */
export interface Concept {
  /** Label, such as `sky`. */
  readonly concept: string;
  /** Category, such as `object`. */
  readonly category: string;
}

/** Text under which a (label, category) pair is found; the two never run into each other. */
export function conceptKey({ concept, category }: Concept): string {
  return JSON.stringify([category, concept]);
}

/** Profiles as a dense matrix, models x concepts, row by row. */
export interface ProfileMatrix {
  /** Names of the rows. */
  readonly models: readonly string[];
  /** Names of the columns. */
  readonly concepts: readonly Concept[];
  /** Matching units. */
  readonly units: Int32Array;
  /** Normalised weights. */
  readonly weights: Float64Array;
}

/**
 * Gathers concept profiles into one matrix when the source completes; models and concepts keep the order in which they
 * come, and a pair without a row counts as 0.
 */
export function gatherProfiles(stage: string): OperatorFunction<ConceptProfileBatch, ProfileMatrix> {
  return (profiles) =>
    profiles.pipe(
      map((batch) => checkBatch(stage, conceptProfileSchema, batch)),
      reduce((batches: ConceptProfileBatch[], batch) => [...batches, batch], []),
      map(profileMatrix),
    );
}

/** Turns a matrix into a batch of profiles. */
export function profileBatch({ models, concepts, units, weights }: ProfileMatrix): ConceptProfileBatch {
  return buildBatch(conceptProfileSchema, {
    model: models.flatMap((model) => concepts.map(() => model)),
    concept: models.flatMap(() => concepts.map(({ concept }) => concept)),
    category: models.flatMap(() => concepts.map(({ category }) => category)),
    units,
    weight: weights,
  });
}

/** Keeps some rows and columns of a matrix. */
export function selectProfiles(
  matrix: ProfileMatrix,
  keepModel: (model: string) => boolean,
  keepConcept: (concept: Concept, index: number) => boolean,
): ProfileMatrix {
  const rows = matrix.models.flatMap((model, index) => (keepModel(model) ? [index] : []));
  const columns = matrix.concepts.flatMap((concept, index) => (keepConcept(concept, index) ? [index] : []));
  const [width, kept] = [matrix.concepts.length, rows.length * columns.length];
  const [units, weights] = [new Int32Array(kept), new Float64Array(kept)];
  let to = 0;
  for (const row of rows)
    for (const column of columns) {
      units[to] = matrix.units[row * width + column] as number;
      weights[to++] = matrix.weights[row * width + column] as number;
    }
  return {
    models: rows.map((row) => matrix.models[row] as string),
    concepts: columns.map((column) => matrix.concepts[column] as Concept),
    units,
    weights,
  };
}

/**
 * Refuses profiles with which nothing can be compared.
 *
 * @param matrix models x concepts
 * @param remedy what the user can do about empty ones: a clause that ends with a comma
 * @throws InputError `NO_MATCHES`, `PROFILE_EMPTY`.
 */
export function checkProfiles(matrix: ProfileMatrix, remedy: string): void {
  if (matrix.models.length === 0 || matrix.concepts.length === 0) {
    throw new InputError('NO_MATCHES', 'no unit of any model matches a concept', {
      expected: 'units with a concept whose score is above the gate',
      hint: 'Check the unit tables, or lower the gate.',
    });
  }
  const width = matrix.concepts.length;
  const empty = matrix.models.filter((_, row) =>
    matrix.units.subarray(row * width, (row + 1) * width).every((units) => units === 0),
  );
  if (empty.length > 0) {
    throw new InputError(
      'PROFILE_EMPTY',
      `no unit of ${empty.map((model) => `"${model}"`).join(', ')} matches a concept`,
      {
        models: empty,
        expected: 'models with at least one matching unit',
        hint: `${remedy} or check how the models were dissected: wrong preprocessing is the usual reason.`,
      },
    );
  }
}

/** Turns a matrix on its side: rows x columns values become columns x rows. */
export function transpose(values: Float64Array, rows: number, columns: number): Float64Array {
  const transposed = new Float64Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let index = 0; index < columns; index++)
      transposed[index * rows + row] = values[row * columns + index] as number;
  return transposed;
}

/** Profiles of some batches as one matrix; models and concepts keep the order in which they come. */
export function profileMatrix(batches: readonly ConceptProfileBatch[]): ProfileMatrix {
  const models = new Interner();
  const concepts = new Map<number, number>();
  const labels = new Interner();
  const categories = new Interner();
  const columns: Concept[] = [];
  const read = batches.map((batch) => {
    const label = labels.column(column(batch, 'concept')).codes;
    const category = categories.column(column(batch, 'category')).codes;
    const concept = label.map((code, row) => {
      const key = code + (category[row] as number) * 2 ** 26;
      let index = concepts.get(key);
      if (index === undefined) {
        concepts.set(key, (index = columns.length));
        columns.push({
          concept: labels.values[code] as string,
          category: categories.values[category[row] as number] as string,
        });
      }
      return index;
    });
    return {
      model: models.column(column(batch, 'model')).codes,
      concept,
      units: readNumbers(column(batch, 'units')),
      weight: readNumbers(column(batch, 'weight')),
    };
  });
  const size = models.values.length * columns.length;
  const [units, weights] = [new Int32Array(size), new Float64Array(size)];
  for (const rows of read) {
    rows.model.forEach((model, row) => {
      const index = model * columns.length + (rows.concept[row] as number);
      units[index] = rows.units[row] as number;
      weights[index] = rows.weight[row] as number;
    });
  }
  return { models: models.values, concepts: columns, units, weights };
}

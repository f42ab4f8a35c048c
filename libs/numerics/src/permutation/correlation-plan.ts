import { comfortableValues } from '../comfortable-values.ts';
import { isConstant, pearson } from '../correlation.ts';
import { type ArrangedValues, arrangeValues, commonestValue } from './arrangements.ts';
import { fewestPartialRows, residualsGiven } from '../partial-correlation.ts';
import { countOrderings, factorial, type OrderingPlan } from './orderings.ts';

/** What correlations are tested, and by how many orderings. */
export interface CorrelationTestOptions {
  /** Predictors: one value per row in each; NaN where it is missing. */
  readonly predictors: readonly Float64Array[];
  /** Responses: one value per row in each; NaN where it is missing. */
  readonly responses: readonly Float64Array[];
  /** Size of a sample of orderings, at least 1. @default 100000 */
  readonly permutations?: number;
  /**
   * Up to how many rows (0 to 10) all orderings are gone through; also sets what number of arrangements is. @default 9
   */
  readonly exactUpTo?: number;
  /** Seed of the sample, an integer. @default 0 */
  readonly seed?: number;
  /** Whether p values are also corrected for the whole table, by the maximum statistic. @default false */
  readonly familyWise?: boolean;
  /**
   * A covariate, one value per row, NaN where it is missing: the correlations are partial ones, given it. Not together
   * with `familyWise`. @default none
   */
  readonly given?: Float64Array;
  /** Number of the family that each row is of: values are exchanged within families only. @default all of one */
  readonly within?: ArrayLike<number>;
}

/** Values that {@link CorrelationTestOptions} take where they name none. */
export const correlationTestDefaults = {
  permutations: 100_000,
  exactUpTo: 9,
  seed: 0,
  familyWise: false,
} as const satisfies Partial<CorrelationTestOptions>;

/** Values that go to no arrangement of their own: their orderings are those that all pairs share. */
const shared: ArrangedValues = { count: Infinity, shape: [], slots: new Float64Array(0) };

/** Correlations that differ by no more than this are taken as equal, so that rounding cannot hide a tie. */
export const CORRELATION_TOLERANCE = 1e-12;

const MOST_ROWS = 65_535;
const MOST_EXACT_ROWS = 10;

/** One predictor on the rows that a pattern has. */
export interface PlannedPredictor {
  /** Number of the predictor. */
  readonly predictor: number;
  /** Its value per row less the commonest one, divided by the norm about the mean: most are often 0. */
  readonly values: Float64Array;
  /** The same values, sorted for their arrangements. */
  readonly arranged: ArrangedValues;
  /** Least magnitude of a correlation that is as extreme as the observed one, per response of the pattern. */
  readonly thresholds: Float64Array;
}

/** Predictors and responses of which the same rows are complete. */
export interface PlannedPattern {
  /** Their rows, rising. */
  readonly rows: readonly number[];
  /** Numbers of the responses; constant ones are left out. */
  readonly responses: readonly number[];
  /** Their values in these rows, centred and of norm 1. */
  readonly units: readonly Float64Array[];
  /** Predictors that are not constant in these rows. */
  readonly predictors: readonly PlannedPredictor[];
  /** The covariate in these rows, centred and of norm 1; undefined where there is none, or it is constant. */
  readonly given?: Float64Array;
  /** Least p that an estimate by the shared orderings can give. */
  readonly floor: number;
}

/** All that counting and reading have in common. */
export interface CorrelationPlan {
  /** Orderings that all pairs share. */
  readonly orderings: OrderingPlan;
  /** Whether the maximum statistic is wanted. */
  readonly familyWise: boolean;
  /** Patterns of missing values, in the order of their first response. */
  readonly patterns: readonly PlannedPattern[];
  /** How many responses there are: the width of the tables below. */
  readonly width: number;
  /** Rows that both of a pair have, predictors x responses. */
  readonly n: Uint32Array;
  /** Observed correlations, predictors x responses; NaN where undefined. */
  readonly pearson: Float64Array;
  /** Thresholds, laid out like the correlations; NaN where these are. */
  readonly thresholds: Float64Array;
}

/** Checks the options and prepares everything that does not depend on an ordering. */
export function planCorrelationTests(options: CorrelationTestOptions): CorrelationPlan {
  const { permutations = correlationTestDefaults.permutations, exactUpTo = correlationTestDefaults.exactUpTo } =
    options;
  const { seed = correlationTestDefaults.seed, familyWise = correlationTestDefaults.familyWise } = options;
  const { given, within } = options;
  const rows = (options.predictors[0] ?? options.responses[0])?.length ?? 0;
  checkSeries(options, rows);
  if (!Number.isSafeInteger(permutations) || permutations < 1)
    throw new RangeError(`permutations must be a whole number of at least 1, got ${String(permutations)}`);
  if (!Number.isInteger(exactUpTo) || exactUpTo < 0 || exactUpTo > MOST_EXACT_ROWS)
    throw new RangeError(
      `exactUpTo must be a whole number from 0 to ${String(MOST_EXACT_ROWS)}, got ${String(exactUpTo)}`,
    );
  if (familyWise && given !== undefined) throw new RangeError('partial correlations have no family-wise p');
  // Families stand one after the other: rows that are missing then leave those of each family together.
  const order = within === undefined ? undefined : familyOrder(within, rows);
  const arrange = (series: Float64Array): Float64Array => {
    const { values } = comfortableValues(series);
    return order === undefined ? values : pick(values, order);
  };
  const covariate = given === undefined ? undefined : arrange(given);
  const responses = options.responses.map(arrange);
  const predictors = options.predictors
    .map(arrange)
    .map((series) =>
      covariate === undefined
        ? series
        : series.map((value, row) => (Number.isNaN(covariate[row]) ? Number.NaN : value)),
    );
  const familyOf = order === undefined ? undefined : order.map((row) => within?.[row] as number);
  const families = familySizes(
    familyOf,
    Array.from({ length: rows }, (_, row) => row),
  );
  const most = factorial(exactUpTo);
  const exhaustive = countOrderings(families ?? [rows]) <= most;
  const orderings: OrderingPlan = {
    rows,
    count: exhaustive ? countOrderings(families ?? [rows]) : permutations,
    exhaustive,
    seed,
    ...(families === undefined ? {} : { families }),
  };
  const isPlain = covariate === undefined && families === undefined;
  const size = predictors.length * responses.length;
  const correlations = new Float64Array(size).fill(NaN);
  const thresholds = new Float64Array(size).fill(NaN);
  const n = new Uint32Array(size);
  const patterns = groupByPresence(predictors).flatMap((predictorGroup) =>
    groupByPresence(responses).map((responseGroup): PlannedPattern => {
      const present = predictorGroup.rows.filter((row) => responseGroup.rows.includes(row));
      for (const predictor of predictorGroup.members)
        for (const response of responseGroup.members) n[predictor * responses.length + response] = present.length;
      const z = covariate === undefined ? undefined : pick(covariate, present);
      const isDefined = z === undefined || present.length >= fewestPartialRows;
      const own = (series: Float64Array): Float64Array =>
        z === undefined ? pick(series, present) : residualsGiven(pick(series, present), z);
      const kept = (isDefined ? responseGroup.members : [])
        .map((response) => ({ response, values: own(responses[response] as Float64Array) }))
        .filter(({ values }) => !isConstant(values));
      const units = kept.map(({ values }) => scaled(values, mean(values)));
      const planned = predictorGroup.members.flatMap((predictor): PlannedPredictor[] => {
        const values = own(predictors[predictor] as Float64Array);
        if (isConstant(values)) return [];
        const steps = scaled(values, isPlain ? commonestValue(values) : mean(values));
        const least = Float64Array.from(units, (unit) => Math.abs(dot(steps, unit)) - CORRELATION_TOLERANCE);
        kept.forEach(({ response, values: scores }, index) => {
          correlations[predictor * responses.length + response] = pearson(values, scores);
          thresholds[predictor * responses.length + response] = least[index] as number;
        });
        const arranged = isPlain ? arrangeValues(steps, most) : shared;
        return [{ predictor, values: steps, arranged, thresholds: least }];
      });
      return {
        rows: present,
        responses: kept.map(({ response }) => response),
        units,
        predictors: planned,
        floor: exhaustive
          ? 1 / countOrderings(familySizes(familyOf, present) ?? [present.length])
          : 1 / (orderings.count + 1),
        ...(z === undefined || isConstant(z) ? {} : { given: scaled(z, mean(z)) }),
      };
    }),
  );
  return { orderings, familyWise, patterns, width: responses.length, n, pearson: correlations, thresholds };
}

/** Rows by family, those of one in the order in which they stand. */
function familyOrder(within: ArrayLike<number>, rows: number): readonly number[] {
  if (within.length !== rows)
    throw new RangeError(`${String(within.length)} rows have a family, expected ${String(rows)}`);
  return Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => (within[a] as number) - (within[b] as number) || a - b,
  );
}

/** Sizes of the families of some rows, in which those of one stand together; undefined where there are no families. */
function familySizes(familyOf: readonly number[] | undefined, rows: readonly number[]): readonly number[] | undefined {
  if (familyOf === undefined) return undefined;
  const sizes = new Map<number, number>();
  for (const row of rows) sizes.set(familyOf[row] as number, (sizes.get(familyOf[row] as number) ?? 0) + 1);
  return [...sizes.values()];
}

function groupByPresence(list: readonly Float64Array[]): { readonly rows: number[]; readonly members: number[] }[] {
  const groups = new Map<string, { readonly rows: number[]; readonly members: number[] }>();
  list.forEach((series, index) => {
    const rows = Array.from(series.keys()).filter((row) => !Number.isNaN(series[row]));
    const key = rows.join();
    const group = groups.get(key) ?? { rows, members: [] };
    group.members.push(index);
    groups.set(key, group);
  });
  return [...groups.values()];
}

/** Values less `origin`, divided by their norm about their mean. */
function scaled(values: Float64Array, origin: number): Float64Array {
  const centre = mean(values);
  const norm = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0));
  return values.map((value) => (value - origin) / norm);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function dot(first: Float64Array, second: Float64Array): number {
  return first.reduce((sum, value, row) => sum + value * (second[row] as number), 0);
}

function pick(values: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row] as number);
}

function checkSeries({ predictors, responses, given }: CorrelationTestOptions, rows: number): void {
  if (rows > MOST_ROWS)
    throw new RangeError(`at most ${String(MOST_ROWS)} rows can be put into order, got ${String(rows)}`);
  for (const [kind, list] of [
    ['predictor', predictors],
    ['response', responses],
    ['covariate', given === undefined ? [] : [given]],
  ] as const) {
    list.forEach((series, index) => {
      if (series.length !== rows)
        throw new RangeError(`${kind} ${String(index)} has ${String(series.length)} values, expected ${String(rows)}`);
      if (series.includes(Infinity) || series.includes(-Infinity))
        throw new RangeError(
          `${kind} ${String(index)} contains an infinite value: only NaN may stand for a missing one`,
        );
    });
  }
}

import { availableParallelism } from 'node:os';
import { IntermodelError, limitError } from '@intermodel/errors';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { writeGraph, type WrittenNode, type WrittenType } from '../write-graph.ts';

/** A matrix of float32 or float64, row by row. */
export interface Matrix<Values extends MatrixValues = MatrixValues> {
  /** Entries: rows x columns. */
  readonly values: Values;
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
}

/** Entries of a matrix. */
export type MatrixValues = Float32Array | Float64Array;

/** Which factor of a product is transposed before. */
export type TransposedFactor = 'first' | 'second' | 'neither';

/** Multiplies matrices by the kernels of the runtime. */
export interface MatrixProducts {
  /**
   * The product of two matrices, one of which may be transposed: float32 where both are, else float64. It is computed
   * in that type, and its bytes do not depend on the number of threads. The calling thread waits; others may run before
   * the promise is kept.
   *
   * @throws RangeError for matrices whose sizes do not fit.
   */
  multiply(
    first: Matrix<Float32Array>,
    second: Matrix<Float32Array>,
    transposed?: TransposedFactor,
  ): Promise<Float32Array>;
  multiply(first: Matrix, second: Matrix<Float64Array>, transposed?: TransposedFactor): Promise<Float64Array>;
  multiply(first: Matrix<Float64Array>, second: Matrix, transposed?: TransposedFactor): Promise<Float64Array>;
  /** Frees the runtime's memory. */
  close(): Promise<void>;
}

/** Settings of {@link openProducts}. */
export interface ProductsOptions {
  /** Most threads of a product. @default one a core */
  readonly threads?: number | undefined;
}

/**
 * Opens the runtime for products of matrices; each kind of product gets a graph of its own when it is first asked for.
 */
export function openProducts({ threads = availableParallelism() }: ProductsOptions = {}): MatrixProducts {
  const sessions = new Map<string, Promise<InferenceSession>>();
  const multiply = async (first: Matrix, second: Matrix, transposed: TransposedFactor = 'neither') => {
    const sizes = productSizes(first, second, transposed);
    const types = [typeOf(first), typeOf(second)] as const;
    // The runtime has nothing to say of matrices without entries.
    if (sizes.inner === 0 || sizes.rows * sizes.columns === 0)
      return new (types.includes('float64') ? Float64Array : Float32Array)(sizes.rows * sizes.columns);
    const used = usedThreads(sizes, threads);
    const kind = [...types, transposed, used].join(' ');
    const session = sessions.get(kind) ?? openProduct(types, transposed, used);
    sessions.set(kind, session);
    const opened = await session;
    const { product } = await opened
      .run({ first: tensorOf(first), second: tensorOf(second) })
      .catch((cause: unknown) => {
        const limit = limitError(cause);
        throw (
          limit ?? new IntermodelError('PRODUCT_FAILED', `matrices cannot be multiplied: ${String(cause)}`, { cause })
        );
      });
    return (product as Tensor).data as MatrixValues;
  };
  return {
    multiply: multiply as MatrixProducts['multiply'],
    close: async () => {
      const opened = [...sessions.values()];
      sessions.clear();
      for (const session of opened) await (await session).release();
    },
  };
}

/** Columns and rows of a product that a thread gets at least. */
const threadColumns = 160;
const threadRows = 16;

/**
 * Threads of a product. The runtime shares out its columns where it has more of them than rows, else its rows; a thread
 * with few of them adds up in another order, and the bytes would depend on the number of threads.
 */
function usedThreads({ rows, columns }: ProductSizes, most: number): number {
  const useful = columns > rows ? Math.floor(columns / threadColumns) : Math.floor(rows / threadRows);
  if (useful >= most) return most;
  return useful < 2 ? 1 : 2 ** Math.floor(Math.log2(useful));
}

interface ProductSizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

function productSizes(first: Matrix, second: Matrix, transposed: TransposedFactor): ProductSizes {
  for (const { values, rows, columns } of [first, second])
    if (values.length !== rows * columns)
      throw new RangeError(`${String(values.length)} values do not make ${String(rows)} x ${String(columns)}`);
  const [rows, inner] = transposed === 'first' ? [first.columns, first.rows] : [first.rows, first.columns];
  const [other, columns] = transposed === 'second' ? [second.columns, second.rows] : [second.rows, second.columns];
  if (inner !== other)
    throw new RangeError(`factors do not fit: ${String(inner)} columns before ${String(other)} rows`);
  return { rows, inner, columns };
}

function typeOf({ values }: Matrix): FloatType {
  return values instanceof Float64Array ? 'float64' : 'float32';
}

type FloatType = Extract<WrittenType, 'float32' | 'float64'>;

function tensorOf(matrix: Matrix): Tensor {
  return new Tensor(typeOf(matrix), matrix.values, [matrix.rows, matrix.columns]);
}

function openProduct(
  [first, second]: readonly [FloatType, FloatType],
  transposed: TransposedFactor,
  threads: number,
): Promise<InferenceSession> {
  const type = first === second ? first : 'float64';
  const nodes: WrittenNode[] = [];
  const widened = (name: string, from: FloatType) => {
    if (from === type) return name;
    nodes.push({
      operator: 'Cast',
      name: `widen ${name}`,
      inputs: [name],
      outputs: [`wide ${name}`],
      attributes: { to: 11 },
    });
    return `wide ${name}`;
  };
  nodes.push({
    inputs: [widened('first', first), widened('second', second)],
    operator: 'Gemm',
    name: 'multiply',
    outputs: ['product'],
    attributes: { transA: Number(transposed === 'first'), transB: Number(transposed === 'second') },
  });
  const free = (name: string, of: FloatType) => ({ name, type: of, dims: [`${name} rows`, `${name} columns`] });
  const bytes = writeGraph({
    name: 'product',
    opsets: new Map([['', 17]]),
    nodes,
    constants: [],
    inputs: [free('first', first), free('second', second)],
    outputs: [free('product', type)],
  }).toBytes();
  return InferenceSession.create(bytes, {
    logSeverityLevel: 4,
    intraOpNumThreads: threads,
    // Sizes differ from run to run: memory kept for one would lie idle in the next.
    enableCpuMemArena: false,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { bodies } from './captured-names.ts';
import type { OnnxModel } from './onnx-model.ts';
import { openUnoptimised, outputShapes } from './open-session.ts';
import { checkSizes } from './probe-limits.ts';
import type { ProbedShapes, ShapesRequest } from './probe-messages.ts';
import { readModel } from './read-model.ts';
import { runtimeError } from './runtime-errors.ts';

/**
 * Finds shapes by the runtime's inference over the whole unoptimised graph, and what that leaves open from one run on
 * zeros.
 *
 * @param request what is asked
 * @param beforeLong is called before anything that may take longer than to read a file of usual size: a run, and a look
 *   at functions or bodies
 * @throws InputError where the runtime cannot make one of the tensors, `TENSOR_TOO_LARGE`.
 */
export async function probeShapes(request: ShapesRequest, beforeLong: () => void): Promise<ProbedShapes> {
  const { file, graph, tensors, input, dims, statedShapes, looped } = request;
  const model = readModel(file, graph);
  if (!isSimple(model)) beforeLong();
  const session = await openUnoptimised(model, tensors, { inputDims: new Map([[input, dims]]) });
  try {
    const types = new Map(
      session.outputMetadata.flatMap((metadata) =>
        metadata.isTensor ? [[metadata.name, metadata.type] as const] : [],
      ),
    );
    const isValue = (name: string) => /^float|int8$/u.test(types.get(name) ?? '');
    const inferred = [...outputShapes(session)];
    checkSizes(file, inferred);
    const isOpen = (shape: readonly (number | undefined)[]) => shape.length === 0 || shape.includes(undefined);
    // Whole numbers of open size are indices and the like; maps of quantised models are 8 bits wide.
    const open = statedShapes
      ? []
      : inferred.filter(([name, shape]) => isOpen(shape) && isValue(name)).map(([name]) => name);
    const run = [...new Set([...open, ...looped.filter(isValue)])];
    if (run.length > 0) beforeLong();
    const measured = run.length === 0 ? [] : await measureShapes(file, session, { input, dims }, run);
    return {
      types,
      shapes: new Map([...(inferred.filter(([, shape]) => !isOpen(shape)) as [string, number[]][]), ...measured]),
      wasRun: open.length > 0,
    };
  } finally {
    await session.release();
  }
}

/** Most nodes of a model that is looked at in no time. */
const simpleNodes = 2000;

/** Functions are written out as often as they are called, and bodies are looked at again and again. */
function isSimple({ graph: { nodes }, functions }: OnnxModel): boolean {
  return functions.length === 0 && nodes.length <= simpleNodes && nodes.every((node) => bodies(node).length === 0);
}

async function measureShapes(
  file: string,
  session: InferenceSession,
  { input, dims }: Pick<ShapesRequest, 'input' | 'dims'>,
  open: readonly string[],
): Promise<[string, readonly number[]][]> {
  const length = dims.reduce((product, size) => product * size, 1);
  const type = session.inputMetadata.flatMap((metadata) =>
    metadata.isTensor && metadata.name === input ? [metadata.type] : [],
  )[0];
  const zeros =
    type === 'float16'
      ? new Tensor('float16', new Uint16Array(length), dims)
      : type === 'uint8'
        ? new Tensor('uint8', new Uint8Array(length), dims)
        : new Tensor('float32', new Float32Array(length), dims);
  const results = await session.run({ [input]: zeros }, [...open]).catch((cause: unknown) => {
    throw runtimeError(file, cause);
  });
  return Object.entries(results).map(([tensor, { dims: measured }]) => [tensor, measured]);
}

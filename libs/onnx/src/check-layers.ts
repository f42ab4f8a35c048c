import { checkExternalData } from './external-data.ts';
import { cutGraph } from './cut-graph.ts';
import { describeInput, type FreeSizes, type ModelInput } from './model-input.ts';
import { checkSpatial } from './open-session.ts';
import { readModel } from './read-model.ts';
import { modelInput } from './tensor-shapes.ts';

/** Settings of {@link checkLayers}. */
export interface CheckLayersOptions {
  /** Path of the model. */
  readonly file: string;
  /** ONNX graph that is read in place of the file, which holds its weights. @default the file is the graph */
  readonly graph?: Uint8Array | undefined;
  /**
   * Tensors that are to be put out: names of tensors, or of nodes with one output. @default those that {@link
   * listLayers} would list
   */
  readonly tensors?: readonly string[];
  /** Size of the images, in pixels, where the file leaves it free. @default 224 x 224 */
  readonly inputSize?: FreeSizes;
}

/**
 * Finds out what is wrong with a model and its layers as far as the file tells, without the runtime and its weights, so
 * that it takes milliseconds.
 *
 * @returns the input that the layers need
 * @throws InputError of {@link readModel} and {@link cutGraph}, `MODEL_INPUTS`, `MODEL_INPUT_RANK`, `MODEL_INPUT_TYPE`,
 * and `LAYER_NOT_SPATIAL` where the file states the axes.
 */
export function checkLayers({
  file,
  graph,
  tensors,
  inputSize = { height: 224, width: 224 },
}: CheckLayersOptions): ModelInput {
  const model = readModel(file, graph);
  // What a model keeps outside is hashed whole, also where a layer does not need it.
  checkExternalData(file, model.graph.initializers);
  if (tensors === undefined) return modelInput(model, inputSize);
  const cut = cutGraph(model, tensors);
  const stated = new Map(
    [...model.graph.valueInfo, ...model.graph.outputs].map(({ name, type }) => [name, type?.dims]),
  );
  for (const tensor of cut.tensors) {
    const dims = stated.get(tensor);
    if (dims !== undefined && dims.length > 0)
      checkSpatial(
        file,
        tensor,
        dims.map((size) => (typeof size === 'number' ? size : undefined)),
      );
  }
  return describeInput(file, cut, inputSize);
}

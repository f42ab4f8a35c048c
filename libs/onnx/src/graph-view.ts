import { isPlaces, type Axes } from './axis-parts.ts';
import { constantTensors } from './constants.ts';
import type { Graph, GraphNode } from './onnx-model.ts';
import { valueInputs } from './value-inputs.ts';

/** Operators that weigh values with constants of the model: layers. */
const weighing = new Set([
  'Conv',
  'ConvTranspose',
  'ConvInteger',
  'QLinearConv',
  'FusedConv',
  'DeformConv',
  'MatMul',
  'Gemm',
  'MatMulInteger',
  'QLinearMatMul',
  'QGemm',
  'FusedMatMul',
  'DynamicQuantizeMatMul',
  'MatMulIntegerToFloat',
  'Einsum',
]);

/** Operators that only move values, or leave them as they are. */
const moving = new Set([
  'Identity',
  'Dropout',
  'Cast',
  'Pad',
  'Transpose',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Slice',
  'Split',
  'Gather',
  'QuantizeLinear',
  'DequantizeLinear',
]);

/** A graph as the choice of a layer looks at it: who makes and who reads a tensor, and what its axes run over. */
export class GraphView {
  /** What is looked at: the main graph. */
  readonly graph: Graph;
  /** Images of a run. */
  readonly batch: number;
  readonly #axes: ReadonlyMap<string, Axes>;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #values: ReadonlySet<string>;
  readonly #makers = new Map<string, GraphNode>();
  readonly #readers = new Map<string, GraphNode[]>();
  readonly #constants: ReturnType<typeof constantTensors>;
  readonly #outputs: ReadonlySet<string>;

  constructor(
    graph: Graph,
    known: {
      readonly axes: ReadonlyMap<string, Axes>;
      readonly shapes: ReadonlyMap<string, readonly number[]>;
      readonly values: ReadonlySet<string>;
      readonly batch: number;
    },
  ) {
    this.graph = graph;
    this.batch = known.batch;
    this.#axes = known.axes;
    this.#shapes = known.shapes;
    this.#values = known.values;
    this.#constants = constantTensors(graph);
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      for (const name of node.outputs) this.#makers.set(name, node);
      for (const name of valueInputs(node)) {
        const readers = this.#readers.get(name);
        if (readers === undefined) this.#readers.set(name, [node]);
        else readers.push(node);
      }
    }
  }

  /** The node that makes a tensor; undefined for inputs and constants. */
  maker(tensor: string): GraphNode | undefined {
    return this.#makers.get(tensor);
  }

  /** Nodes that take the values of a tensor. */
  readers(tensor: string): readonly GraphNode[] {
    return this.#readers.get(tensor) ?? [];
  }

  /** Inputs of a node whose values change with the image. */
  madeInputs(node: GraphNode): string[] {
    return valueInputs(node).filter((name) => this.#values.has(name));
  }

  /** Sizes of the axes of a tensor, where they are known. */
  shape(tensor: string): readonly number[] | undefined {
    return this.#shapes.get(tensor);
  }

  /** Whether a tensor is put out by the model. */
  isOutput(tensor: string): boolean {
    return this.#outputs.has(tensor);
  }

  /** Axes longer than 1, that of the images left out. */
  longAxes(tensor: string): number {
    const [, ...sizes] = this.shape(tensor) ?? [];
    return sizes.filter((size) => size > 1).length;
  }

  /**
   * Whether the places of the image are told apart in a tensor: along an axis of their own, as far as that is known.
   */
  hasPlaces(tensor: string): boolean {
    const axes = this.#axes.get(tensor);
    return axes === undefined ? this.longAxes(tensor) > 1 : axes.some(isPlaces);
  }

  /** Whether a node is a layer with weights. */
  isLayer(node: GraphNode): boolean {
    return (
      weighing.has(node.operator) &&
      node.inputs.some(
        (name) =>
          name !== '' && !this.#values.has(name) && ((this.constantDims(name) ?? this.shape(name))?.length ?? 2) > 1,
      )
    );
  }

  /** Sizes of a constant: of one that is listed or made by a node, or of that behind its dequantisation. */
  constantDims(tensor: string): readonly number[] | undefined {
    let name = tensor;
    for (
      let node = this.maker(name);
      node !== undefined &&
      (node.operator === 'DequantizeLinear' || node.operator === 'Identity' || node.operator === 'Cast');
      node = this.maker(name)
    )
      name = node.inputs[0] ?? '';
    return this.#constants.get(name)?.dims;
  }

  /** What a node that only moves values reads. */
  moved(node: GraphNode): string | undefined {
    return moving.has(node.operator) ? node.inputs[0] : undefined;
  }
}

import { InputError } from '@intermodel/errors';
import { inputDependents } from './find-tensor.ts';
import { neededNames } from './captured-names.ts';
import type { GraphNode, OnnxModel } from './onnx-model.ts';
import { missingOperator, operatorName, type MissingOperator } from './runtime-errors.ts';

/** Tensors that the runtime cannot make, and why. */
export interface UnrunnableTensors {
  /** Operator that it lacks, with its operator set. */
  readonly operator: string;
  /** Tensors that need this operator. */
  readonly tensors: readonly string[];
}

/** How many operators are looked for, each of which costs the runtime a look at the model. */
const operatorsMost = 32;

/**
 * Does something with the tensors that the runtime can make: those that need an operator which it lacks are left out,
 * until the rest can be opened.
 *
 * @param model what was read of the file
 * @param open is called with the tensors; throws `OPERATOR_UNSUPPORTED` where an operator is lacking
 */
export async function withRunnable<Result>(
  model: OnnxModel,
  open: (tensors: readonly string[]) => Promise<Result>,
): Promise<{ result: Result | undefined; unrunnable: readonly UnrunnableTensors[] }> {
  let tensors = [...inputDependents(model)];
  const unrunnable: UnrunnableTensors[] = [];
  for (;;) {
    if (tensors.length === 0) return { result: undefined, unrunnable };
    try {
      return { result: await open(tensors), unrunnable };
    } catch (error) {
      const lacking =
        error instanceof InputError && error.code === 'OPERATOR_UNSUPPORTED'
          ? missingOperator(messageOf(error.details.cause))
          : undefined;
      const lost = lacking === undefined ? new Set<string>() : madeFrom(model, nodesOf(model, lacking));
      const left = tensors.filter((name) => !lost.has(name));
      if (lacking === undefined || left.length === tensors.length || unrunnable.length === operatorsMost) throw error;
      unrunnable.push({ operator: operatorName(lacking), tensors: tensors.filter((name) => lost.has(name)) });
      tensors = left;
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Nodes of the main graph that need an operator: itself, through functions of the model, or inside a body. */
function nodesOf(
  { graph, functions }: OnnxModel,
  { domain, operator, node: name, isNodeOnly }: MissingOperator,
): Set<GraphNode> {
  const isIt = (node: GraphNode) =>
    node.operator === operator && node.domain === domain && (!isNodeOnly || name === '' || node.name === name);
  const lacking = new Set<GraphNode>();
  const lackingFunctions = new Set<string>();
  const needs = (nodes: readonly GraphNode[]): boolean => {
    const open = [...nodes];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (isIt(node) || lackingFunctions.has(operatorName(node))) return true;
      for (const { graphs } of node.attributes.values())
        for (const body of graphs) for (const inner of body.nodes) open.push(inner);
    }
    return false;
  };
  for (let before = -1; before < lackingFunctions.size;) {
    before = lackingFunctions.size;
    for (const each of functions)
      if (needs(each.nodes)) lackingFunctions.add(operatorName({ domain: each.domain, operator: each.name }));
  }
  for (const node of graph.nodes) if (needs([node])) lacking.add(node);
  return lacking;
}

/** Tensors that nodes make, and all that are made from these. */
function madeFrom(model: OnnxModel, nodes: ReadonlySet<GraphNode>): Set<string> {
  const lost = new Set<string>();
  for (const node of model.graph.nodes) {
    if (!nodes.has(node) && ![...neededNames(node)].some((name) => lost.has(name))) continue;
    for (const name of node.outputs) if (name !== '') lost.add(name);
  }
  return lost;
}

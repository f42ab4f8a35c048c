import type { Graph, GraphNode } from './onnx-model.ts';

/** Tensors that a node needs: its inputs, and what the bodies of If, Loop and Scan take from the graph around them. */
export function neededNames(node: GraphNode): Set<string> {
  const names = new Set(node.inputs.filter((name) => name !== ''));
  for (const graph of bodies(node)) for (const name of capturedNames(graph)) names.add(name);
  return names;
}

/** Graphs inside a node. */
export function bodies(node: GraphNode): Graph[] {
  return [...node.attributes.values()].flatMap(({ graphs }) => graphs);
}

/** Nodes of a list and of all graphs inside them. */
export function allNodes(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.flatMap((node) => [node, ...bodies(node).flatMap((graph) => allNodes(graph.nodes))]);
}

function capturedNames(graph: Graph): Set<string> {
  const own = new Set([...graph.inputs, ...graph.initializers].map(({ name }) => name));
  for (const node of graph.nodes) for (const name of node.outputs) own.add(name);
  const used = new Set(graph.outputs.map(({ name }) => name));
  for (const node of graph.nodes) for (const name of neededNames(node)) used.add(name);
  return new Set([...used].filter((name) => !own.has(name)));
}

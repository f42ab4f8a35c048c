import { InputError, suggestName } from '@intermodel/errors';
import { allNodes, bodies, neededNames } from './captured-names.ts';
import type { OnnxModel } from './onnx-model.ts';

/** Tensors of the main graph that change with its input, in the order in which they are made. */
export function inputDependents(model: OnnxModel): Set<string> {
  const constants = new Set(model.graph.initializers.map(({ name }) => name));
  const reached = new Set(model.graph.inputs.map(({ name }) => name).filter((name) => !constants.has(name)));
  const made = new Set<string>();
  for (const node of model.graph.nodes) {
    if (![...neededNames(node)].some((name) => reached.has(name))) continue;
    for (const name of node.outputs) {
      if (name === '') continue;
      reached.add(name);
      made.add(name);
    }
  }
  return made;
}

/**
 * The tensor that a layer's name means: the name of a tensor, or of a node with one output.
 *
 * @param model what was read of the file
 * @param name what the user calls the layer
 * @param dependents what {@link inputDependents} gives, if it is known already
 * @throws InputError `LAYER_UNKNOWN` with the nearest name, `LAYER_IN_SUBGRAPH` for a tensor inside the body of an If,
 * Loop or Scan, `LAYER_CONSTANT` for one that does not depend on the model's input.
 */
export function findTensor(
  model: OnnxModel,
  name: string,
  dependents: ReadonlySet<string> = inputDependents(model),
): string {
  const { nodes, initializers, inputs } = model.graph;
  if (dependents.has(name)) return name;
  const node = nodes.find((candidate) => candidate.name === name && candidate.outputs.length === 1);
  const only = node?.outputs[0];
  if (only !== undefined && dependents.has(only)) return only;
  const place = { file: model.file, column: name, columnIs: 'tensor' } as const;
  const around = nodes.find((candidate) =>
    bodies(candidate).some((body) => allNodes(body.nodes).some(({ outputs }) => outputs.includes(name))),
  );
  if (around !== undefined) {
    throw new InputError(
      'LAYER_IN_SUBGRAPH',
      `this tensor lies inside the body of ${around.operator} "${around.name}", where it may be made any number of times`,
      {
        ...place,
        hint: `Take a tensor of the main graph, such as the output "${around.outputs[0] ?? ''}" of that node.`,
      },
    );
  }
  if (
    only !== undefined ||
    [...nodes.flatMap(({ outputs }) => outputs), ...[...initializers, ...inputs].map((value) => value.name)].includes(
      name,
    )
  ) {
    throw new InputError('LAYER_CONSTANT', 'this tensor is not made from the images', {
      ...place,
      expected: 'the output of a layer',
      hint: 'List the layers with `listLayers`.',
    });
  }
  // The names of nodes are suggested too, but tensors come first: they are what "layers" lists.
  const candidates = [...dependents].reverse();
  throw new InputError('LAYER_UNKNOWN', 'the model has no such tensor', {
    ...place,
    hint: `${suggestName(name, candidates)} List the layers with \`listLayers\`.`,
  });
}

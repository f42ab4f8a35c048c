import { fewNames, layerNotes, listModelLayers, type LayerList } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { noteLine, printResult, textTable } from '../output.ts';
import { stoppable } from '../stopping.ts';

/** `intermodel layers`: what of a model can be dissected. */
export function layersCommand(): Command {
  return makeCommand<Pick<NonNullable<Parameters<typeof listModelLayers>[1]>, 'inputSize'>>({
    name: 'layers',
    description:
      'List the tensors of an ONNX model, or of a checkpoint, that can be dissected: maps of units, and token grids of vision transformers.',
    argument: ['<MODEL>', 'ONNX file, or checkpoint'],
    notes:
      'The usual choice, the last map before global pooling, is marked with *, and the last lines say why it was chosen and what was left out.',
    examples: [
      'layers resnet50.onnx',
      'layers vit.pth --family timm-vit --heads 6',
      'layers resnet50.onnx --json | jq -r ".layers[] | select(.usual).tensor"',
    ],
    run: async ({ files: [model = ''], content: { runtime }, own, terminal }) => {
      const list = await stoppable((signal) => listModelLayers(model, { ...runtime, ...own, signal }));
      const { layers, choice, leftOut, input, source } = list;
      const notes = layerNotes(list);
      printResult(terminal, { model, input, source, layers, choice, leftOut, notes }, () =>
        layersText(model, list, notes),
      );
    },
  });
}

function layersText(model: string, { layers, choice, leftOut, input, source }: LayerList, notes: readonly string[]) {
  return [
    textTable(
      ['', 'tensor', 'operator', 'node', 'kind', 'units', 'map'],
      layers.map(({ usual, tensor, operator, node, kind, units, height, width }) => [
        usual ? '*' : '',
        tensor,
        operator,
        node,
        kind,
        units,
        `${String(height)} x ${String(width)}`,
      ]),
    ),
    `\n${String(layers.length)} tensors at an input of ${String(input.height)} x ${String(input.width)}; shapes from ${source === 'run' ? 'one run' : 'the model'}`,
    choice.tensor === undefined ? `none chosen: ${choice.reason}` : `* chosen because ${choice.reason}`,
    ...(choice.tensor === undefined && choice.candidates.length > 0
      ? [`to dissect, name one, as in --model ${model}:LAYER: ${choice.candidates.join(', ')}`]
      : []),
    ...leftOut.map(
      ({ reason, axes, tensors }) =>
        `left out: ${String(tensors.length)} ${tensors.length === 1 ? 'tensor' : 'tensors'}${axes === 0 ? '' : ` of ${String(axes)} axes`} that ${reason} (${fewNames(tensors)})`,
    ),
    ...notes.map((text) => noteLine({ subject: '', text })),
  ].join('\n');
}

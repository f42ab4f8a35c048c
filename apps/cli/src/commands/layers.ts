import { listModelLayers } from '@intermodel/pipelines';
import { Command } from 'commander';
import { wholeNumber } from '../numbers.ts';
import { printResult, textTable, withOutputOptions, type OutputOptions } from '../output.ts';

interface LayersOptions extends OutputOptions {
  readonly size?: number;
}

/** `intermodel layers`: what of a model can be dissected. */
export function layersCommand(): Command {
  const command = new Command('layers')
    .description('List the tensors of an ONNX model that can be dissected: maps of units, and token grids of vision transformers.')
    .argument('<MODEL>', 'ONNX file')
    .option('--size <PIXELS>', 'side of the input where the model leaves it open (default: 224)', wholeNumber(1))
    .addHelpText('after', '\nThe usual choice, the last map before global pooling, is marked with *.\nExamples:\n  intermodel layers resnet50.onnx\n  intermodel layers resnet50.onnx --json | jq -r ".layers[] | select(.usual).tensor"')
    .action(async (model: string, options: LayersOptions) => {
      const { size } = options;
      const { layers, input, channels, source } = await listModelLayers(model, size === undefined ? {} : { inputSize: { height: size, width: size } });
      const notes = channels === undefined || channels === 3 ? [] : [`dissect refuses this model: it takes ${String(channels)} channel${channels === 1 ? '' : 's'}, where images have 3`];
      printResult(options, { model, input, source, layers, notes }, () =>
        [
          textTable(
            ['', 'tensor', 'operator', 'node', 'kind', 'units', 'map'],
            layers.map((layer) => [layer.usual ? '*' : '', layer.tensor, layer.operator, layer.node, layer.kind, layer.units, `${String(layer.height)} x ${String(layer.width)}`]),
          ),
          `\n${String(layers.length)} tensors at an input of ${String(input.height)} x ${String(input.width)}; shapes from ${source === 'run' ? 'one run' : 'the model'}`,
          ...notes.map((note) => `note: ${note}`),
        ].join('\n'),
      );
    });
  return withOutputOptions(command);
}

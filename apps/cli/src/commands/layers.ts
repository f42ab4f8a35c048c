import { listModelLayers, probeOptions, type LayerList } from '@intermodel/pipelines';
import { Command } from 'commander';
import { wholeNumber } from '../numbers.ts';
import { withProbeOptions, type ProbeOptionsGiven } from '../probe-options.ts';
import { stoppable } from '../stopping.ts';
import { printResult, textTable, withOutputOptions, type OutputOptions } from '../output.ts';

interface LayersOptions extends OutputOptions, ProbeOptionsGiven {
  readonly size?: number;
}

/** `intermodel layers`: what of a model can be dissected. */
export function layersCommand(): Command {
  const command = new Command('layers')
    .description(
      'List the tensors of an ONNX model that can be dissected: maps of units, and token grids of vision transformers.',
    )
    .argument('<MODEL>', 'ONNX file')
    .option('--size <PIXELS>', 'side of the input where the model leaves it open (default: 224)', wholeNumber(1))
    .addHelpText(
      'after',
      '\nThe usual choice, the last map before global pooling, is marked with *, and the last lines say why it was chosen and what was left out.\nExamples:\n  intermodel layers resnet50.onnx\n  intermodel layers resnet50.onnx --json | jq -r ".layers[] | select(.usual).tensor"',
    )
    .action(async (model: string, options: LayersOptions) => {
      const { size } = options;
      const limits = probeOptions(options);
      const { layers, choice, leftOut, input, channels, inputType, source } = await stoppable((signal) =>
        listModelLayers(model, {
          ...limits,
          signal,
          ...(size === undefined ? {} : { inputSize: { height: size, width: size } }),
        }),
      );
      const refusal =
        channels === undefined || channels === 3
          ? []
          : channels === 1
            ? ['the model takes one channel: dissect it with --input "{channels: grey}"']
            : [`dissect refuses this model: it takes ${String(channels)} channels, where images have 3, or 1 of grey`];
      const bytes =
        inputType === 'uint8'
          ? ['the model takes bytes and gets them as they are: scale, mean and std of its input have no effect']
          : [];
      const notes = [...refusal, ...bytes, ...tokenNotes(layers)];
      printResult(options, { model, input, source, layers, choice, leftOut, notes }, () =>
        [
          textTable(
            ['', 'tensor', 'operator', 'node', 'kind', 'units', 'map'],
            layers.map((layer) => [
              layer.usual ? '*' : '',
              layer.tensor,
              layer.operator,
              layer.node,
              layer.kind,
              layer.units,
              `${String(layer.height)} x ${String(layer.width)}`,
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
          ...notes.map((note) => `note: ${note}`),
        ].join('\n'),
      );
    });
  return withOutputOptions(withProbeOptions(command));
}

/** The first names of many. */
function fewNames(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
}

/** Tells of tokens before those of the image: of those that are guessed, and of many. */
function tokenNotes(layers: LayerList['layers']): string[] {
  const tokens = layers.filter(({ kind }) => kind === 'tokens');
  const guessed = tokens.filter((layer) => layer.guessed);
  const [most] = [...tokens].sort((a, b) => b.prefixTokens - a.prefixTokens);
  return [
    ...(guessed.length === 0
      ? []
      : [
          `the grid of ${String(guessed.length)} tensors of tokens (${fewNames(guessed.map(({ tensor }) => tensor))}) is guessed from their number, with up to ${String(Math.max(...guessed.map(({ prefixTokens }) => prefixTokens)))} class or register tokens before it; declare "tokens" of the model in a study file`,
        ]),
    ...(most === undefined || most.guessed || most.prefixTokens < 3
      ? []
      : [`${String(most.prefixTokens)} tokens stand before those of the image in ${most.tensor}`]),
  ];
}

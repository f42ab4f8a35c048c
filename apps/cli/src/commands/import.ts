import { importModels, type ImportedModel, type ImportModelsOptions } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { noteLine, printResult } from '../output.ts';
import { stoppable } from '../stopping.ts';

/** What `intermodel import` takes. */
interface ImportOptions extends Omit<ImportModelsOptions, 'inputSize' | 'signal'> {
  readonly importSize?: number;
}

/** `intermodel import`: checkpoints to ONNX files. */
export function importCommand(): Command {
  return makeCommand<ImportOptions>({
    name: 'import',
    description:
      'Write checkpoints as ONNX models up to the layer that is dissected, with their preprocessing in the metadata. Nothing of a checkpoint is run.',
    argument: ['<CHECKPOINT...>', 'checkpoints as they were published'],
    required: ['--out'],
    notes:
      'A study takes checkpoints as they are ("checkpoint: FILE" of a model; "--model FILE" of "intermodel dissect"): this is for other programs.',
    examples: [
      'import moco_v2_800ep_pretrain.pth.tar --out moco-v2.onnx',
      'import resnet50-0676ba61.pth --out resnet50.onnx --head --weights inside',
      'import checkpoints/*.pth --out models',
      'import dino_deitsmall16_pretrain.pth --family dino --out dino.onnx --size 448',
    ],
    run: async ({ files, own, terminal }) => {
      const { importSize, ...options } = own;
      const size = importSize === undefined ? {} : { inputSize: { height: importSize, width: importSize } };
      const models = await stoppable((signal) => importModels(files, { ...options, ...size, signal }));
      printResult(terminal, { models }, () => models.map(modelText).join('\n'));
    },
  });
}

/** Size of a graph that holds no weights to speak of. */
const fewBytes = 2e6;

function modelText({ checkpoint, files, weights, bytes, family, layer, assumptions, warnings }: ImportedModel): string {
  const copied =
    bytes < fewBytes ? '' : `, but for ${(bytes / 1e6).toFixed(0)} MB that are not there as they are needed`;
  const place = weights === 'inside' ? 'with its weights' : `whose weights stay in the checkpoint${copied}`;
  return [
    `${checkpoint}: ${family} up to ${layer}, ${place}: ${files.join(', ')}`,
    ...assumptions.map((text) => `  assumed: ${text}`),
    ...warnings.map((text) => noteLine({ subject: checkpoint, text })),
  ].join('\n');
}

import {
  importModels,
  importSegmenters,
  type ImportedModel,
  type ImportedSegmenter,
  type ImportModelsOptions,
} from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { noteLine, printResult } from '../output.ts';
import { stoppable } from '../stopping.ts';

/** What `intermodel import` takes. */
interface ImportOptions extends Omit<ImportModelsOptions, 'inputSize' | 'signal'> {
  readonly importSize?: number;
  readonly labels?: readonly string[];
  readonly logits?: boolean;
  readonly anyWidth?: boolean;
}

/** Options that say nothing of segmentation networks. */
const ofModels = ['family', 'recipe', 'take', 'strip', 'heads', 'layer', 'head', 'dtype'] as const;

/** `intermodel import`: checkpoints to ONNX files. */
export function importCommand(): Command {
  const command = makeCommand<ImportOptions>({
    name: 'import',
    description:
      'Write checkpoints as ONNX models up to the layer that is dissected, with their preprocessing in the metadata; with --labels the encoder and decoder of a segmentation network as one model. Nothing of a checkpoint is run.',
    argument: ['<CHECKPOINT...>', 'checkpoints as they were published'],
    required: ['--out'],
    notes:
      'A study takes checkpoints as they are ("checkpoint: FILE" of a model; "--model FILE" of "intermodel dissect"): this is for other programs.',
    examples: [
      'import moco_v2_800ep_pretrain.pth.tar --out moco-v2.onnx',
      'import resnet50-0676ba61.pth --out resnet50.onnx --head --weights inside',
      'import checkpoints/*.pth --out models',
      'import dino_deitsmall16_pretrain.pth --family dino --out dino.onnx --size 448',
      'import encoder_epoch_40.pth decoder_epoch_40.pth --labels labels.json --out upp.onnx',
    ],
    run: async ({ files, own, terminal }) => {
      const { importSize, labels, logits, anyWidth, ...options } = own;
      if (labels !== undefined) {
        const { out, weights } = options;
        const place = weights === undefined ? {} : { weights };
        const networks = await stoppable((signal) =>
          importSegmenters(files, { out, ...place, labels, side: importSize, logits, anyWidth, signal }),
        );
        printResult(terminal, { networks }, () => networks.map(networkText).join('\n'));
        return;
      }
      if (logits !== undefined || anyWidth !== undefined)
        throw new InputError(
          'IMPORT_LABELS',
          `\`data.segmenters[].${logits === undefined ? 'anyWidth' : 'logits'}\` is for segmentation networks`,
          {
            expected: 'the names of their classes, `data.segmenters[].labels`, beside it',
            hint: 'Name the labels.json that was published with encoder and decoder, or leave the option out.',
          },
        );
      const size = importSize === undefined ? {} : { inputSize: { height: importSize, width: importSize } };
      const models = await stoppable((signal) => importModels(files, { ...options, ...size, signal }));
      printResult(terminal, { models }, () => models.map(modelText).join('\n'));
    },
  });
  command.options.find(({ long }) => long === '--labels')?.conflicts([...ofModels]);
  return command;
}

function networkText(network: ImportedSegmenter): string {
  const { title, encoder, decoder, weights, files, side, cells, outputs, dropped, warnings } = network;
  const place = weights === 'inside' ? 'with its weights' : 'whose weights stay in the checkpoints';
  const sides = (size: number) => `${String(size)} x ${String(size)}`;
  const heads = outputs.map(({ tensor, classes }) => `${tensor} (${String(classes)} classes)`);
  return [
    `${encoder} and ${decoder}: ${title}, ${place}: ${files.join(', ')}`,
    `  takes images of ${sides(side)} pixels, 0 to 255 in order red, green, blue; gives ${heads.join(', ')} at ${sides(cells)}`,
    ...Object.entries(dropped).map(([why, count]) => `  left out: ${String(count)} tensors, ${why}`),
    ...warnings.map((text) => noteLine({ subject: decoder, text })),
  ].join('\n');
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

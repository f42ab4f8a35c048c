import { makeTwin, type MakeTwinOptions } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { printResult } from '../output.ts';
import { stoppable } from '../stopping.ts';

/** `intermodel twin`: a model as it would be before training, as a baseline of its architecture. */
export function twinCommand(): Command {
  return makeCommand<Pick<MakeTwinOptions, 'out' | 'twinImages' | 'input'>>({
    name: 'twin',
    description:
      'Write an untrained twin of a model: the same graph with freshly drawn weights, as a baseline of its architecture.',
    argument: ['<MODEL>', 'ONNX file with its weights'],
    required: ['--out'],
    notes:
      'Weights of convolutions and matrix products are drawn uniformly with variance 2 / fan-in, biases are 0, normalisations scale by 1 and shift by 0; statistics of batch normalisation are measured on images. All other constants stay.',
    examples: [
      'twin resnet50.onnx --images photos --seed 1 --out resnet50-untrained.onnx',
      'dissect --model resnet50.onnx --model resnet50-untrained.onnx --images photos --labels masks --label-names labels.csv --out study',
    ],
    run: async ({ files: [model = ''], content, own, terminal }) => {
      const { seed, data } = content;
      const images = data?.images;
      const twin = await stoppable((signal) =>
        makeTwin({
          ...{ ...own, model, signal },
          ...(seed === undefined ? {} : { seed }),
          ...(images === undefined ? {} : { images }),
        }),
      );
      const measured = twin.images === 0 ? '' : `, statistics measured on ${String(twin.images)} images`;
      printResult(terminal, twin, () => `${twin.out}: weights drawn from seed ${String(twin.seed)}${measured}`);
    },
  });
}

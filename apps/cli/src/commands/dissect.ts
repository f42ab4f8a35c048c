import { studyOfFlags } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { runToEnd, type RunOptions } from '../run-to-end.ts';

/** `intermodel dissect`: ONNX files as they are over a folder of labelled images. */
export function dissectCommand(): Command {
  return makeCommand<RunOptions>({
    name: 'dissect',
    description:
      'Dissect ONNX models over images with pixel-level concept labels: thresholds, overlaps and unit matches of each model, then profiles, embedding and report.',
    required: ['--model', '--out'],
    examples: [
      'dissect --model resnet50.onnx --images photos --labels masks --label-names labels.csv --out study',
      'dissect --model a.onnx:/layer4/Relu_output_0 --model b.onnx --input zero-one --images photos --labels masks --label-names labels.csv --out study',
      'dissect --model first=run1/model.onnx --model second=run2/model.onnx --images photos --labels masks --label-names labels.csv --out study',
      'dissect --model a.onnx --data probe --out study --set models[a].input.preset=caffe --set data.vocabulary.minimumImages=10',
    ],
    run: (given) => runToEnd(studyOfFlags(given.content, { set: given.own.set ?? [] }), given),
  });
}

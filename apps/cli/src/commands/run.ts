import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { chosenStudy, runToEnd, type RunOptions } from '../run-to-end.ts';

/** `intermodel run`: a study file to the end. */
export function runCommand(): Command {
  return makeCommand<RunOptions>({
    name: 'run',
    description:
      'Run a study: dissect its models over labelled images, profile and embed them, relate them to scores, write tables and report.',
    argument: ['<STUDY>', 'study file (YAML or JSON)'],
    required: ['--out'],
    notes: `Example of a study file:
  data: { images: photos, labels: masks, labelNames: labels.csv }
  models:
    - { name: a, file: models/a.onnx, input: imagenet }
    - { name: b, file: models/b.onnx, layer: /layer4/Relu_output_0, input: zero-one }
  preset: dissect-2020

With "tasks" in it, its models are scored on data of your own too (intermodel probe --help shows some); "scores" names tables of published ones.
Run again after a change, only what depends on it is computed; a run that was stopped goes on where it was.`,
    examples: [
      'run study.yaml --out study',
      'run study.yaml --out study --json > result.json',
      'run study.yaml --out study --store s3://bucket/study    # over what workers on any machines have made',
      'run study.yaml --out study --set matching.gate=0.05 --set embedding.components=2',
    ],
    run: (given) => runToEnd(chosenStudy(given.files[0] ?? '', given), given),
  });
}

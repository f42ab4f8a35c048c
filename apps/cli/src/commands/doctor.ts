import { examineStudy, type ExaminedStudy } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { noteLine, printResult, textTable, withSteps } from '../output.ts';
import type { StudyFileOptions } from '../run-options.ts';
import { chosenStudy } from '../run-to-end.ts';
import { stoppable } from '../stopping.ts';

/** `intermodel doctor`: what a study is likely to get wrong. */
export function doctorCommand(): Command {
  return makeCommand<StudyFileOptions>({
    name: 'doctor',
    description:
      'Look for what a study gets wrong most often without a message: wrong preprocessing of a model, and labels that are mirrored, turned or shifted against their images. Models are run on 32 images; nothing is written.',
    argument: ['<STUDY>', 'study file (YAML or JSON)'],
    notes:
      'What is told matches at least 1.25 times as well beyond chance as what was declared, and by a mean IoU of 0.01 more.',
    examples: ['doctor study.yaml', 'doctor study.yaml --set models[a].input=zero-one --json'],
    run: async (given) => {
      const examined = await withSteps(given.terminal, (onStep) =>
        stoppable((signal) =>
          examineStudy(chosenStudy(given.files[0] ?? '', given), {
            signal,
            onProgress: (done, of) => {
              onStep(`attempt ${String(done)} of ${String(of)}`);
            },
          }),
        ),
      );
      printResult(given.terminal, examined, () => examinedText(examined));
    },
  });
}

function examinedText({ images, inputs, labels, findings }: ExaminedStudy): string {
  const numbers = (iou: number) => iou.toFixed(3);
  return [
    `${String(images)} images`,
    '',
    textTable(
      ['model', 'input', 'units', 'matching', 'mean iou', 'by chance'],
      inputs.map(({ model, input, units, matching, iou, chance }) => [
        ...[model, input, units, matching, numbers(iou), numbers(chance)],
      ]),
    ),
    '',
    textTable(
      ['labels', 'units', 'matching', 'mean iou'],
      labels.map(({ labels: words, units, matching, iou }) => [words, units, matching, numbers(iou)]),
    ),
    '',
    ...(findings.length === 0 ? ['Nothing was found that is wrong.'] : findings.map(noteLine)),
    'Whether a model was trained on these images cannot be told: if it was, its matches say less of what it sees in others.',
  ].join('\n');
}

import { explainStatus, studyStatus, type StudyStatus } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { bytesText, durationText, printResult, textTable } from '../output.ts';
import { chosenStudy, studyPlace, type StoreOptions } from '../run-to-end.ts';
import { submittedLines, submittedTasks } from '../submitted-tasks.ts';

/** `intermodel status`: which steps of a study are done, stale or missing. */
export function statusCommand(): Command {
  return makeCommand<StoreOptions & { readonly graph?: boolean }>({
    name: 'status',
    description:
      'Tell which steps of a study are done, stale (and why) or missing, with their sizes and times, and which submitted tasks run, wait or failed. Runs and writes nothing.',
    argument: ['<STUDY>', 'study file (YAML or JSON)'],
    examples: [
      'status study.yaml --out study',
      'status study.yaml --out study --set embedding.clusters=4 --json',
      'status study.yaml --out study --graph > steps.mmd',
    ],
    run: async (given) => {
      const study = chosenStudy(given.files[0] ?? '', given);
      const status = await studyStatus(study, studyPlace(given.own, given.terminal));
      const submission = await submittedTasks(study, given.own);
      const isDrawn = given.own.graph === true && status.unsegmented === 0;
      // A drawing that was asked for is the result, as JSON is.
      const terminal = isDrawn ? { ...given.terminal, quiet: false } : given.terminal;
      printResult(terminal, { ...status, ...(submission === undefined ? {} : { submission }) }, () =>
        isDrawn
          ? status.drawing
          : [statusText(status), ...(submission === undefined ? [] : ['', ...submittedLines(submission)])].join('\n'),
      );
    },
  });
}

function statusText({ groups, unsegmented, isComplete }: StudyStatus): string {
  if (unsegmented > 0)
    return `${String(unsegmented)} images have no labels of the segmentation models yet; what follows them is not known before they are made.`;
  const rows = groups.map(({ step, model, done, stale, missing, toRun, bytes, milliseconds }) => [
    step,
    model,
    done,
    stale,
    missing,
    toRun,
    bytesText(bytes),
    milliseconds === undefined ? '' : durationText(milliseconds / 1000),
  ]);
  const reasons = explainStatus({ groups });
  return [
    textTable(['step', 'model', 'done', 'stale', 'missing', 'to run', 'size', 'took'], rows),
    ...(reasons.length === 0 ? [] : ['', ...reasons]),
    '',
    isComplete
      ? 'Complete: a run computes nothing.'
      : `${String(groups.reduce((sum, { toRun }) => sum + toRun, 0))} steps to run.`,
  ].join('\n');
}

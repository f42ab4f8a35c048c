import { cleanStudies, type CleanedStore, type CleanStudiesOptions } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { bytesText, printResult, textTable } from '../output.ts';
import { chosenStudy, studyPlace, type StoreOptions } from '../run-to-end.ts';

/** `intermodel clean`: what no present study needs. */
export function cleanCommand(): Command {
  return makeCommand<StoreOptions & CleanStudiesOptions>({
    name: 'clean',
    description:
      'List the stored steps, and the labels of segmentation models, that none of the studies named needs any more, and remove them with --remove.',
    argument: ['<STUDY...>', 'all study files that share the store'],
    examples: [
      'clean study.yaml --out study',
      'clean study.yaml other.yaml --store steps --remove',
      'clean study.yaml --store s3://bucket/study --remove',
    ],
    run: async (given) => {
      const { set, out, store, cacheFolder, cacheMegabytes, ...removal } = given.own;
      const studies = given.files.map((file) => chosenStudy(file, given));
      const cleaned = await cleanStudies(studies, studyPlace(given.own, given.terminal), removal);
      printResult(given.terminal, cleaned, () => cleanText(cleaned));
    },
  });
}

function cleanText({ garbage, bytes, planes, planeBytes, spared, removed }: CleanedStore): string {
  const leftAlone = spared
    .map(
      ({ folder, planes: count }) =>
        `\nLeft alone: labels of ${String(count)} images in ${folder}, which other studies may use; name all of them and give --labels.`,
    )
    .join('');
  if (garbage.length === 0 && planes === 0)
    return `Nothing to remove: ${spared.length === 0 ? 'all that is stored is needed' : 'all else that is stored is needed'}.${leftAlone}`;
  const total = [
    ...(garbage.length === 0 ? [] : [`${String(garbage.length)} steps, ${bytesText(bytes)}`]),
    ...(planes === 0 ? [] : [`labels of ${String(planes)} images, ${bytesText(planeBytes)}`]),
  ].join(', and ');
  if (removed) return `Removed ${total}.${leftAlone}`;
  const listed =
    garbage.length === 0
      ? ''
      : `${textTable(
          ['step', 'of', 'size', 'why'],
          garbage.map(({ step, subject, bytes: size, why }) => [step, subject, bytesText(size), why]),
        )}\n\n`;
  return `${listed}Would remove ${total}; do so with --remove.${leftAlone}`;
}

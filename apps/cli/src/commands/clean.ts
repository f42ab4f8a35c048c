import { cleanStudies, type CleanedStore } from '@intermodel/pipelines';
import { Command } from 'commander';
import { bytesText, printResult, textTable, withOutputOptions, type OutputOptions } from '../output.ts';
import { withGalleryOptions, type GalleryOptions } from '../report-options.ts';
import { studyPlace, withStoreOptions, type StoreOptions } from '../store-options.ts';
import { chosenStudy } from './run.ts';

interface CleanOptions extends StoreOptions, OutputOptions, GalleryOptions {
  readonly remove?: boolean;
  readonly labels?: boolean;
}

/** `intermodel clean`: what no present study needs. */
export function cleanCommand(): Command {
  const command = new Command('clean')
    .description(
      'List the stored steps, and the labels of segmentation models, that none of the studies named needs any more, and remove them with --remove.',
    )
    .argument('<STUDY...>', 'all study files that share the store')
    .option('--remove', 'remove them (default: list them)')
    .option(
      '--labels',
      'also labels of segmentation models in a folder that a study names (runtime.labelCache): name all studies that share it',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel clean study.yaml --out study\n  intermodel clean study.yaml other.yaml --store steps --remove',
    )
    .action(async (files: readonly string[], options: CleanOptions) => {
      const cleaned = await cleanStudies(
        files.map((file) => chosenStudy(file, options)),
        studyPlace(options),
        { remove: options.remove === true, sharedLabels: options.labels === true },
      );
      printResult(options, cleaned, () => cleanText(cleaned));
    });
  return withOutputOptions(withGalleryOptions(withStoreOptions(command)));
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

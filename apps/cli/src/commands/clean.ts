import { cleanStudies, type CleanedStore } from '@intermodel/pipelines';
import { Command } from 'commander';
import { bytesText, printResult, textTable, withOutputOptions, type OutputOptions } from '../output.ts';
import { withGalleryOptions, type GalleryOptions } from '../report-options.ts';
import { studyPlace, withStoreOptions, type StoreOptions } from '../store-options.ts';
import { chosenStudy } from './run.ts';

interface CleanOptions extends StoreOptions, OutputOptions, GalleryOptions {
  readonly remove?: boolean;
}

/** `intermodel clean`: what no present study needs. */
export function cleanCommand(): Command {
  const command = new Command('clean')
    .description('List the stored steps that none of the studies named needs any more, and remove them with --remove.')
    .argument('<STUDY...>', 'all study files that share the store')
    .option('--remove', 'remove them (default: list them)')
    .addHelpText('after', '\nExamples:\n  intermodel clean study.yaml --out study\n  intermodel clean study.yaml other.yaml --store steps --remove')
    .action(async (files: readonly string[], options: CleanOptions) => {
      const cleaned = await cleanStudies(files.map((file) => chosenStudy(file, options)), studyPlace(options), options.remove === true);
      printResult(options, cleaned, () => cleanText(cleaned));
    });
  return withOutputOptions(withGalleryOptions(withStoreOptions(command)));
}

function cleanText({ garbage, bytes, planes, removed }: CleanedStore): string {
  if (garbage.length === 0 && planes === 0) return 'Nothing to remove: all that is stored is needed.';
  const total = `${String(garbage.length)} steps, ${bytesText(bytes)}${planes === 0 ? '' : `, and labels of ${String(planes)} images`}`;
  if (removed) return `Removed ${total}.`;
  return `${textTable(['step', 'of', 'size', 'why'], garbage.map(({ step, subject, bytes: size, why }) => [step, subject, bytesText(size), why]))}\n\nWould remove ${total}; do so with --remove.`;
}

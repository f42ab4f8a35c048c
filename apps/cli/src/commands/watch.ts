import { watchStudy, type WatchEvent } from '@intermodel/pipelines';
import { Command } from 'commander';
import { lastValueFrom, tap } from 'rxjs';
import { dissectionProgress } from '../dissection-progress.ts';
import { errorText } from '../failures.ts';
import { easeCollections } from '../heap-growth.ts';
import { withOutputOptions } from '../output.ts';
import { galleryChoices, reportChoices, withGalleryOptions, withReportOptions, type GalleryOptions } from '../report-options.ts';
import { runResult } from '../run-result.ts';
import { statedCommand } from '../stated-command.ts';
import { withRunOptions, type RunOptions, type StepCounts } from '../run-to-end.ts';
import { stoppable } from '../stopping.ts';

/** `intermodel watch`: runs a study again as often as something of it changes. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description('Run a study, and again whenever its file, its images and labels, its models or scores change; only what depends on the change is computed. Ends with Ctrl-C.')
    .argument('<STUDY>', 'study file (YAML or JSON)')
    .requiredOption('--out <DIR>', 'folder to write')
    .addHelpText('after', '\nExamples:\n  intermodel watch study.yaml --out study\n  intermodel watch study.yaml --out study --json    # a line of JSON for each run')
    .action(async (file: string, options: RunOptions & GalleryOptions, self: Command) => {
      const print = (text: string) => {
        if (options.quiet !== true) process.stderr.write(`${text}\n`);
      };
      const { onEvent, done } = dissectionProgress(options);
      const steps: StepCounts = { run: 0, stored: 0 };
      const take = (event: WatchEvent) => {
        switch (event.kind) {
          case 'changed':
            print(`changed: ${shortList(event.files)}`);
            break;
          case 'failed':
            done();
            process.stderr.write(`${errorText(event.error)}\n`);
            break;
          case 'warning':
            print(`note: ${event.subject}: ${event.text}`);
            break;
          case 'waiting':
            print('waiting for changes, Ctrl-C to end');
            break;
          case 'tables':
            done();
            print(`${options.out}: ${String(event.models.length)} models, ${String(steps.run)} steps run, ${String(steps.stored)} found in the store`);
            if (options.json === true) process.stdout.write(`${JSON.stringify(runResult(options.out, event, { ...steps }))}\n`);
            [steps.run, steps.stored] = [0, 0];
            break;
          default:
            if (event.kind === 'step-done') steps.run++;
            if (event.kind === 'step-skipped') steps.stored++;
            onEvent(event);
        }
      };
      easeCollections();
      const { out, store, verify, concurrency } = options;
      await stoppable((signal) =>
        lastValueFrom(
          watchStudy(file, {
            ...{ out, signal, command: statedCommand(self, 'run') },
            ...reportChoices(options),
            lock: {
              waitMilliseconds: Infinity,
              onWait: (holder) => {
                print(`waiting for process ${String(holder)}, which runs a study with this store`);
              },
            },
            ...(store === undefined ? {} : { store }),
            ...(verify === undefined ? {} : { verify }),
            ...(concurrency === undefined ? {} : { concurrency }),
            adapt: (study) => ({ ...study, gallery: { ...study.gallery, ...galleryChoices(options) } }),
          }).pipe(tap(take)),
          { defaultValue: undefined },
        ),
      );
    });
  return withOutputOptions(withReportOptions(withGalleryOptions(withRunOptions(command))));
}

const filesListed = 5;

function shortList(files: readonly string[]): string {
  const more = files.length - filesListed;
  return `${files.slice(0, filesListed).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

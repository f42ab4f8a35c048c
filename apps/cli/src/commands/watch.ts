import { watchStudy, type WatchEvent } from '@intermodel/pipelines';
import { Command } from 'commander';
import { lastValueFrom, tap } from 'rxjs';
import { dissectionProgress } from '../dissection-progress.ts';
import { errorText } from '../failures.ts';
import { easeCollections } from '../heap-growth.ts';
import { withOutputOptions } from '../output.ts';
import {
  galleryChoices,
  reportChoices,
  withGalleryOptions,
  withReportOptions,
  type GalleryOptions,
} from '../report-options.ts';
import { runResult } from '../run-result.ts';
import { statedCommand } from '../stated-command.ts';
import { lockOptions, withRunOptions, type RunOptions, type StepCounts } from '../run-to-end.ts';
import { stoppable } from '../stopping.ts';
import { noteLine, writeMessage, writeResult } from '../terminal.ts';

/** `intermodel watch`: runs a study again as often as something of it changes. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description(
      'Run a study, and again whenever its file, its images and labels, its models or scores change; only what depends on the change is computed. Ends with Ctrl-C.',
    )
    .argument('<STUDY>', 'study file (YAML or JSON)')
    .requiredOption('--out <DIR>', 'folder to write')
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel watch study.yaml --out study\n  intermodel watch study.yaml --out study --json    # a line of JSON for each run',
    )
    .action(async (file: string, options: RunOptions & GalleryOptions, self: Command) => {
      const print = (text: string) => {
        if (options.quiet !== true) writeMessage(`${text}\n`);
      };
      const { onEvent, done } = dissectionProgress(options);
      const heard = new Heard();
      const note = (subject: string, text: string) => {
        const line = noteLine(subject, text);
        if (heard.isNews(line)) print(line);
      };
      const steps: StepCounts = { run: 0, stored: 0 };
      const take = (event: WatchEvent) => {
        switch (event.kind) {
          case 'changed':
            print(`changed: ${shortList(event.files)}`);
            break;
          case 'failed':
            done();
            writeMessage(`${errorText(event.error)}\n`);
            break;
          case 'waiting':
            print(`waiting for ${event.isLocked ? 'the other run to end, or ' : ''}changes, Ctrl-C to end`);
            break;
          case 'tables':
            done();
            for (const { subject, text } of event.record.warnings) note(subject, text);
            heard.next();
            print(
              `${options.out}: ${String(event.models.length)} models, ${String(steps.run)} steps run, ${String(steps.stored)} found in the store`,
            );
            if (options.json === true) writeResult(`${JSON.stringify(runResult(options.out, event, { ...steps }))}\n`);
            [steps.run, steps.stored] = [0, 0];
            break;
          case 'warning':
            done();
            note(event.subject, event.text);
            break;
          default:
            if (event.kind === 'step-done') steps.run++;
            if (event.kind === 'step-skipped') steps.stored++;
            onEvent(event);
        }
      };
      easeCollections();
      const { out, store, verify, wait, concurrency } = options;
      await stoppable((signal) =>
        lastValueFrom(
          watchStudy(file, {
            ...{ out, signal, command: statedCommand(self, 'run') },
            ...reportChoices(options),
            ...(store === undefined ? {} : { store }),
            ...(verify === undefined ? {} : { verify }),
            ...(concurrency === undefined ? {} : { concurrency }),
            lock: lockOptions({ wait, quiet: options.quiet }),
            adapt: (study) => ({ ...study, gallery: { ...study.gallery, ...galleryChoices(options) } }),
          }).pipe(tap(take)),
          { defaultValue: undefined },
        ),
      );
    });
  return withOutputOptions(withReportOptions(withGalleryOptions(withRunOptions(command))));
}

/** Remembers what was told of a run, so that the next one tells only what is new. */
class Heard {
  #before: ReadonlySet<string> = new Set();
  #now = new Set<string>();

  /** Whether neither this run nor the one before told of it. */
  isNews(line: string): boolean {
    const isNews = !this.#before.has(line) && !this.#now.has(line);
    this.#now.add(line);
    return isNews;
  }

  /** The run has ended. */
  next(): void {
    [this.#before, this.#now] = [this.#now, new Set()];
  }
}

const filesListed = 5;

function shortList(files: readonly string[]): string {
  const more = files.length - filesListed;
  return `${files.slice(0, filesListed).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

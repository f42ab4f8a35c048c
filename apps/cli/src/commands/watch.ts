import { watchStudy, type StudyWarning, type WatchEvent } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { lastValueFrom, tap } from 'rxjs';
import { makeCommand, type Given } from '../command.ts';
import { dissectionProgress } from '../dissection-progress.ts';
import { errorText } from '../failures.ts';
import { easeCollections } from '../heap-growth.ts';
import { jsonText, noteLine } from '../output.ts';
import { runResult, type StepCounts } from '../results.ts';
import { chosenStudy, countSteps, runOptions, type RunOptions } from '../run-to-end.ts';
import { stoppable } from '../stopping.ts';
import { writeMessage, writeResult } from '../terminal.ts';

/** `intermodel watch`: runs a study again as often as something of it changes. */
export function watchCommand(): Command {
  return makeCommand<RunOptions>({
    name: 'watch',
    description:
      'Run a study, and again whenever its file, its images and labels, its models or scores change; only what depends on the change is computed. Ends with Ctrl-C.',
    argument: ['<STUDY>', 'study file (YAML or JSON)'],
    required: ['--out'],
    examples: ['watch study.yaml --out study', 'watch study.yaml --out study --json    # a line of JSON for each run'],
    run: async (given) => {
      const take = teller(given);
      easeCollections();
      await stoppable((signal) =>
        lastValueFrom(
          watchStudy(given.files[0] ?? '', {
            ...runOptions(given, 'run'),
            signal,
            read: (file) => chosenStudy(file, given),
          }).pipe(tap(take)),
          { defaultValue: undefined },
        ),
      );
    },
  });
}

/** Tells of what happens while a study is watched. */
function teller({ own: { out }, terminal }: Given<RunOptions>): (event: WatchEvent) => void {
  const { onEvent, done } = dissectionProgress(terminal);
  // A run tells only what the one before did not.
  let before: ReadonlySet<string> = new Set();
  let now = new Set<string>();
  const steps: StepCounts = { run: 0, stored: 0 };
  const print = (text: string) => {
    if (terminal.quiet !== true) writeMessage(`${text}\n`);
  };
  const note = (warning: StudyWarning) => {
    const line = noteLine(warning);
    if (!before.has(line) && !now.has(line)) print(line);
    now.add(line);
  };
  return (event) => {
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
        event.record.warnings.forEach(note);
        before = now;
        now = new Set();
        print(
          `${out}: ${String(event.models.length)} models, ${String(steps.run)} steps run, ${String(steps.stored)} found in the store`,
        );
        if (terminal.json === true) writeResult(`${jsonText(runResult(out, event, steps))}\n`);
        [steps.run, steps.stored] = [0, 0];
        break;
      case 'warning':
        done();
        note(event);
        break;
      default:
        countSteps(steps, event);
        onEvent(event);
    }
  };
}

const filesListed = 5;

function shortList(files: readonly string[]): string {
  const more = files.length - filesListed;
  return `${files.slice(0, filesListed).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

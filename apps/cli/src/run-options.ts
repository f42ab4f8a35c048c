import type { RunStudyOptions } from '@intermodel/pipelines';
import type { TerminalOptions } from './output.ts';
import { writeMessage } from './terminal.ts';

/** Options of the app of commands that take a study file. */
export interface StudyFileOptions {
  /** Values of options, `PATH=VALUE`, that go before those of the file. */
  readonly set?: readonly string[];
}

/** How long a run waits for another one of its store or folder, and what it says meanwhile. */
export function lockOptions(
  { lock }: { readonly lock?: RunStudyOptions['lock'] | undefined },
  { quiet }: TerminalOptions,
): NonNullable<RunStudyOptions['lock']> {
  return {
    waitMilliseconds: 0,
    ...lock,
    onWait: (holder) => {
      if (quiet !== true)
        writeMessage(`waiting for process ${String(holder)}, which runs a study with this store or output folder\n`);
    },
  };
}

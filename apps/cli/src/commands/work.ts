import { isStoreAddress } from '@intermodel/distribution';
import { expectStudy, rememberedInputs, workStudy, type WorkStudyOptions } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { lastValueFrom, tap } from 'rxjs';
import { makeCommand } from '../command.ts';
import { dissectionProgress } from '../dissection-progress.ts';
import { errorText } from '../failures.ts';
import { easeCollections } from '../heap-growth.ts';
import { namedStore, type NamedStore } from '../named-store.ts';
import { counted, madeText, noteLine, printResult } from '../output.ts';
import { checkQueueOptions, workOnQueue, type QueueWorkOptions } from '../queue-work.ts';
import { chosenStudy, storeOf } from '../run-to-end.ts';
import type { StudyFileOptions } from '../run-options.ts';
import { stoppable } from '../stopping.ts';
import { writeMessage } from '../terminal.ts';

type WorkOptions = StudyFileOptions &
  NamedStore &
  Omit<WorkStudyOptions, 'signal' | 'meantInputs'> &
  Partial<QueueWorkOptions> & { readonly expectStudy?: string };

/** `intermodel work`: one of many workers on a study. */
export function workCommand(): Command {
  return makeCommand<WorkOptions>({
    name: 'work',
    description:
      'Make steps of a study beside other workers, on any machines that see the same store, until none is left; "intermodel run" then finds all, and writes the output. With --queue: tasks of all studies that were submitted to a queue.',
    argument: ['[STUDY]', 'study file (YAML or JSON); none with --queue'],
    examples: [
      'work study.yaml --store steps',
      'work study.yaml --store steps --part 3/8    # one of eight workers, each with a share of its own',
      'work study.yaml --store steps --wave counts --part 3/8',
      'work study.yaml --store s3://bucket/study    # without a folder that all machines see',
      'work --queue --allow-root /data --allow-root /models    # on the Redis server of INTERMODEL_REDIS',
    ],
    notes:
      'A worker waits for what others make of it needs; a task of one that died is taken over. The store has to be a folder that all machines see, or a bucket of an S3-compatible service: credentials, region and endpoint come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL_S3) or from ~/.aws, and need s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, s3:ListBucket and s3:ListBucketMultipartUploads. A worker on a queue stays until it is stopped; it reads studies, and all that they name, only within the folders of --allow-root.',
    run: async (given) => {
      checkQueueOptions({ ...given.own }, given.files);
      if (given.own.queue !== undefined) {
        await workOnQueue({ ...given.own, queue: given.own.queue }, given.terminal);
        return;
      }
      const { set, expectStudy: expected, ...own } = given.own;
      const store = storeOf(own);
      const study = chosenStudy(given.files[0] ?? '', given);
      const folder = isStoreAddress(store) ? undefined : store;
      if (expected !== undefined) expectStudy(study, expected, folder);
      const isKnown = expected !== undefined && folder !== undefined;
      const meantInputs = isKnown ? rememberedInputs(folder, expected) : [];
      const { onEvent, done } = dissectionProgress(given.terminal);
      const made = { tasks: 0, steps: 0 };
      let isWaiting = false;
      const tellWaiting = (left: number) => {
        done();
        if (given.terminal.quiet !== true)
          writeMessage(`waiting: ${counted(left, 'task')} left, which other workers make, or what they are made of\n`);
      };
      easeCollections();
      await stoppable(
        (signal) =>
          lastValueFrom(
            workStudy(study, { ...own, ...namedStore(own, given.terminal), meantInputs, signal }).pipe(
              tap((event) => {
                if (event.kind === 'work-waiting') {
                  if (!isWaiting) tellWaiting(event.left);
                  isWaiting = true;
                  return;
                }
                isWaiting = false;
                if (event.kind === 'task-done') made.tasks = event.done;
                else if (event.kind === 'step-done') made.steps++;
                if (event.kind === 'warning' && given.terminal.quiet !== true) writeMessage(`${noteLine(event)}\n`);
                if (event.kind === 'task-failed')
                  writeMessage(`${event.wave} ${event.model} ${event.task}: ${errorText(event.error)}\n`);
                else if (event.kind !== 'task-done') onEvent(event);
              }),
            ),
            { defaultValue: undefined },
          ),
        'stopped; what is finished is stored, and other workers go on with the rest',
      );
      done();
      printResult(given.terminal, made, () => madeText(made));
    },
  });
}

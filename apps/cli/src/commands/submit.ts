import path from 'node:path';
import { isStoreAddress, type Submission, type WorkOrder } from '@intermodel/distribution';
import { identifyStudy, listTasks, rememberStudy, type ListTasksOptions, type Study } from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { engineOf, type EngineName, type EngineOptions } from '../engines.ts';
import { printResult, textTable } from '../output.ts';
import { chosenStudy, storeOf, studyPlace, type StoreOptions } from '../run-to-end.ts';
import { writeResult } from '../terminal.ts';

/** What `intermodel submit` takes from the command line. */
type SubmitOptions = StoreOptions &
  ListTasksOptions &
  EngineOptions & {
    readonly engine: EngineName;
    readonly dryRun?: boolean;
    readonly command?: readonly string[];
  };

/** `intermodel submit`: has the tasks of a study made by others. */
export function submitCommand(): Command {
  return makeCommand<SubmitOptions>({
    name: 'submit',
    description:
      'Hand the missing tasks of a study to an engine that has them made on other machines, which see the same store and the same files; "intermodel run" then finds all, and writes the output.',
    argument: ['<STUDY>', 'study file (YAML or JSON)'],
    required: ['--engine'],
    examples: ['submit study.yaml --store steps --engine files --jobs jobs'],
    run: async (given) => {
      const { own, terminal } = given;
      const engine = engineOf(own.engine, own);
      const study = chosenStudy(given.files[0] ?? '', given);
      const order = await workOrder(study, own);
      if (own.dryRun === true) {
        writeResult(await engine.preview(order));
        return;
      }
      if (!isStoreAddress(order.store) && order.tasks.some(({ state }) => state !== 'done'))
        rememberStudy(order.store, identifyStudy(study));
      const submission = await engine.submit(order);
      printResult(terminal, submission, () => submissionText(submission));
    },
  });
}

/** What is to be made of a study, and how a worker is told so. */
async function workOrder(study: Study, own: SubmitOptions): Promise<WorkOrder> {
  const { out, store, shardsPerTask, unmeasured, cacheFolder, cacheMegabytes } = own;
  const cut = {
    ...(shardsPerTask === undefined ? {} : { shardsPerTask }),
    ...(unmeasured === undefined ? {} : { unmeasured }),
  };
  const { tasks, unsegmented } = await listTasks(study, studyPlace(own), cut);
  if (unsegmented > 0)
    throw new InputError(
      'TASKS_UNKNOWN',
      `${String(unsegmented)} images have no labels of the segmentation models yet: the tasks are not known before`,
      {
        ...(study.file === undefined ? {} : { file: study.file }),
        hint: 'Have them made on one machine first, by "intermodel data info --study" or "intermodel work", then submit.',
      },
    );
  const { hash } = identifyStudy(study);
  const [node, script = ''] = [process.execPath, process.argv[1]];
  const place = Object.entries({ out, store, cache: cacheFolder }).flatMap(([name, folder]) =>
    typeof folder === 'string' ? [`--${name}`, isStoreAddress(folder) ? folder : path.resolve(folder)] : [],
  );
  return {
    name: path.basename(study.file ?? 'study', path.extname(study.file ?? '')),
    studyHash: hash,
    store: storeOf(own),
    command: [
      ...(own.command ?? [node, path.resolve(script)]),
      ...['work', path.resolve(study.file ?? '')],
      ...(own.set ?? []).flatMap((setting) => ['--set', setting]),
      ...place,
      ...(cacheMegabytes === undefined ? [] : ['--cache-megabytes', String(cacheMegabytes)]),
      ...(shardsPerTask === undefined ? [] : ['--shards-per-task', String(shardsPerTask)]),
      ...['--expect-study', hash, '--batch'],
    ],
    tasks,
    usesGpu: study.runtime.executionProviders.includes('cuda'),
  };
}

function submissionText({ folder, jobs }: Submission): string {
  if (jobs.length === 0) return 'All tasks are done: "intermodel run" writes the output.';
  return [
    textTable(
      ['wave', 'tasks', 'elements', 'job'],
      jobs.map(({ wave, tasks, elements, job }) => [wave, tasks, elements, job]),
    ),
    ...(folder === undefined ? [] : ['', `Files are in ${folder}`]),
  ].join('\n');
}

import {
  isStoreAddress,
  watchTasks,
  type Cancelled,
  type Engine,
  type FailedTask,
  type Submission,
} from '@intermodel/distribution';
import { hashStudyInputs, identifyStudy, rememberStudy, type Study } from '@intermodel/pipelines';
import { InputError, MachineError } from '@intermodel/streams';
import type { Command } from 'commander';
import { makeCommand, type Given } from '../command.ts';
import { engineOf, isEngineName, type EngineName, type EngineOptions } from '../engines.ts';
import { counted, printResult, textTable } from '../output.ts';
import { chosenStudy, studyPlace } from '../run-to-end.ts';
import { stoppable } from '../stopping.ts';
import { watchProgress } from '../submit-progress.ts';
import { followToEnd, tellNotes } from '../follow-queue.ts';
import { failedReport, failureLines, lastSubmission } from '../submitted-tasks.ts';
import { writeResult } from '../terminal.ts';
import { enginePlace, knownTasks, workOrder, type WorkOrderOptions } from '../work-order.ts';

/** What `intermodel submit` takes from the command line. */
type SubmitOptions = WorkOrderOptions &
  EngineOptions & {
    readonly engine?: EngineName;
    readonly dryRun?: boolean;
    readonly resume?: boolean;
    readonly cancel?: boolean;
    readonly watch?: boolean;
    readonly detach?: boolean;
    readonly retries?: number;
    readonly pollSeconds?: number;
  };

/** `intermodel submit`: has the tasks of a study made by others. */
export function submitCommand(): Command {
  return makeCommand<SubmitOptions>({
    name: 'submit',
    description:
      'Hand the missing tasks of a study to an engine that has them made on other machines, which see the same files and the same store; "intermodel run" then finds all, and writes the output.',
    argument: ['<STUDY>', 'study file (YAML or JSON)'],
    notes: `What is missing is told by the store, and what waits or runs already is not submitted twice: submit again, with --resume, whatever failed. Slurm gets an array for each wave, which starts when those before it have ended.`,
    examples: [
      'submit study.yaml --store steps --engine slurm --partition gpu --time 04:00:00 --array-limit 40 --watch',
      'submit study.yaml --store steps --engine slurm --slurm-option "--constraint=a100" --dry-run',
      'submit study.yaml --store steps --engine bullmq --redis redis://queue.lab    # beside "intermodel work --queue"',
      'submit study.yaml --store steps --resume',
      'submit study.yaml --store steps --cancel',
      'submit study.yaml --store steps --engine files --jobs jobs',
    ],
    run: async (given) => {
      checkCombination(given.own);
      const study = chosenStudy(given.files[0] ?? '', given);
      const { own, engine } = settled(study, given.own);
      if (own.cancel === true) await cancel(study, given, engine);
      else await submit(study, { ...given, own }, engine);
    },
  });
}

async function submit(study: Study, { own, terminal }: Given<SubmitOptions>, engine: Engine): Promise<void> {
  const order = workOrder(study, own);
  const reports = own.dryRun === true ? [] : ((await engine.reports?.(order)) ?? []);
  const held = new Set(reports.flatMap(({ key, state }) => (state === 'ended' ? [] : [key])));
  const tasks = await knownTasks(study, own, own);
  if (own.dryRun === true) {
    writeResult(await engine.preview({ ...order, tasks, held }));
    return;
  }
  if (!isStoreAddress(order.store)) {
    // A queue names itself what the study reads.
    const inputs = engine.follow === undefined ? await hashStudyInputs(study, studyPlace(own)) : [];
    rememberStudy(order.store, identifyStudy(study), inputs);
  }
  if (engine.follow !== undefined && own.detach !== true) {
    await followToEnd(engine, { ...order, tasks }, terminal);
    return;
  }
  if (own.watch !== true) {
    const submission = await engine.submit({ ...order, tasks, held });
    tellNotes(submission, terminal);
    printResult(terminal, submission, () => submissionText(submission));
    return;
  }
  // What tasks are likely to take is measured once.
  const measured = new Map(tasks.map((task) => [task.key, task]));
  const list = async () =>
    (await knownTasks(study, own, { ...own, unmeasured: true })).map((task) => {
      const { seconds = task.seconds, memoryBytes = task.memoryBytes } = measured.get(task.key) ?? {};
      return { ...task, seconds, memoryBytes };
    });
  const { onProgress, onSubmitted, done } = watchProgress(terminal);
  const failed = await stoppable(
    (signal) =>
      watchTasks({
        ...{ engine, order, list, signal, onProgress, onSubmitted },
        ...(own.retries === undefined ? {} : { retries: own.retries }),
        ...(own.pollSeconds === undefined ? {} : { pollMilliseconds: own.pollSeconds * 1000 }),
      }),
    'no longer watching; what was submitted goes on: "intermodel submit --watch" comes back to it, "--cancel" ends it',
  ).finally(done);
  if (failed.length > 0) throw tasksFailed(failed);
  printResult(terminal, { done: tasks.length }, () => allDone);
}

async function cancel(study: Study, { own, terminal }: Given<SubmitOptions>, engine: Engine): Promise<void> {
  if (engine.cancel === undefined) throw unable(own.engine ?? '', '`cancel`');
  const result = await engine.cancel(enginePlace(study, own));
  printResult(terminal, result, () => cancelledText(result));
}

function cancelledText({ cancelled, of }: Cancelled): string {
  if (cancelled === 0) return 'Nothing was submitted or waiting; what is finished is stored.';
  const done = of === 'tasks' ? 'taken out of the queue' : 'told to end';
  return `${counted(cancelled, of.slice(0, -1))} ${cancelled === 1 ? 'was' : 'were'} ${done}; what is finished is stored.`;
}

/** Engine and options: those given, and where it goes on with what was submitted, those of then. */
function settled(study: Study, given: SubmitOptions): { readonly own: SubmitOptions; readonly engine: Engine } {
  const last = lastSubmission(study, given);
  const goesOn = given.resume === true || given.cancel === true || given.engine === undefined;
  // A queue itself tells what of a study is in it.
  if (goesOn && last === undefined && !(given.cancel === true && given.engine !== undefined))
    throw given.resume === true || given.cancel === true
      ? new InputError('NOTHING_SUBMITTED', 'nothing of this study was submitted to this store', {
          ...(study.file === undefined ? {} : { file: study.file }),
          expected: 'the store of an earlier "intermodel submit"',
          hint: 'Submit it with `engine` first, or give the same `store` as then.',
        })
      : new InputError('ENGINE_NOT_GIVEN', 'no engine was given', {
          hint: 'Give `engine: slurm`, `engine: bullmq` or `engine: files`.',
        });
  const name = given.engine ?? last?.engine ?? '';
  if (!isEngineName(name))
    throw new InputError('ENGINE_UNKNOWN', `the engine "${name}" of the last submission is not known here`, {
      hint: 'Go on with the version of the program that submitted.',
    });
  const before = goesOn && last?.engine === name ? last : undefined;
  const cut = given.shardsPerTask ?? before?.shardsPerTask;
  const command = given.command ?? before?.program ?? (given.files?.image === undefined ? undefined : commandInImage);
  const own: SubmitOptions = {
    ...given,
    engine: name,
    ...(before === undefined ? {} : { [name]: { ...before.options, ...given[name] } }),
    ...(cut === undefined ? {} : { shardsPerTask: cut }),
    ...(command === undefined ? {} : { command }),
  };
  const engine = engineOf(name, own);
  if ((own.watch === true || own.resume === true) && engine.reports === undefined)
    throw unable(name, own.watch === true ? '`watch`' : '`resume`');
  // A queue alone is followed without being asked, and its workers were started by others.
  const without = engine.follow === undefined ? given.detach && 'detach' : given.command && 'command';
  if (without !== undefined && without !== false) throw withoutEffect(name, without);
  return { own, engine };
}

function checkCombination({ cancel: ends, dryRun, resume, watch, retries, pollSeconds }: SubmitOptions): void {
  for (const [option, value] of Object.entries({ retries, pollSeconds }))
    if (value !== undefined && watch !== true)
      throw new InputError('SUBMIT_OPTIONS', `\`${option}\` says how to watch, and stands without \`watch\``, {
        hint: `Give \`watch\` too, or leave \`${option}\` out.`,
      });
  const others = Object.entries({ dryRun, resume, watch }).filter(([, isGiven]) => isGiven === true);
  const [name] = ends === true ? (others[0] ?? []) : dryRun === true && watch === true ? ['watch'] : [];
  if (name === undefined) return;
  throw new InputError('SUBMIT_OPTIONS', `\`${name}\` stands beside \`${ends === true ? 'cancel' : 'dryRun'}\``, {
    expected: 'one of the two',
    hint: `Leave \`${name}\` out.`,
  });
}

function withoutEffect(engine: string, option: string): InputError {
  return new InputError('ENGINE_OPTION', `\`${option}\` has no effect with the engine ${engine}`, {
    hint: `Leave \`${option}\` out.`,
  });
}

function unable(engine: string, option: string): InputError {
  return new InputError(
    'ENGINE_OPTION',
    `the engine ${engine} does not come back to what it wrote, as ${option} asks`,
    {
      hint: 'Run its commands again, or submit what is missing anew: the store tells.',
    },
  );
}

/** How the program is started in an image, whose paths are not those of the machine that submits. */
const commandInImage = ['intermodel'];

const allDone = 'All tasks are done: "intermodel run" writes the output.';

function submissionText({ folder, jobs }: Submission): string {
  if (jobs.length === 0) return 'Nothing to submit: all tasks are done, or with the engine already.';
  const hasJobs = jobs.some(({ job }) => job !== '');
  return [
    hasJobs
      ? textTable(
          ['wave', 'tasks', 'elements', 'job'],
          jobs.map(({ wave, tasks, elements, job }) => [wave, tasks, elements, job]),
        )
      : textTable(
          ['wave', 'tasks'],
          jobs.map(({ wave, tasks }) => [wave, tasks]),
        ),
    ...(folder === undefined ? [] : ['', `Files are in ${folder}`]),
  ].join('\n');
}

function tasksFailed(failed: readonly FailedTask[]): MachineError {
  const told = failed.flatMap(({ task, report }) => (report === undefined ? [] : [failedReport(task, report)]));
  const held = failed.length - told.length;
  const lines = [
    `${String(told.length)} tasks failed as often as they may${held === 0 ? '' : `, and ${String(held)} are made of what they were to leave`}`,
    ...failureLines(told).map((line) => `  ${line}`),
  ];
  return new MachineError('TASKS_FAILED', lines.join('\n'), {
    hint: 'See the logs, mend what is wrong, and submit again: all else is done.',
  });
}

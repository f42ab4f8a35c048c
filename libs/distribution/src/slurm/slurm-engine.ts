import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { InputError, visibleText } from '@intermodel/errors';
import type { Engine, EnginePlace, SubmittedJob, TaskReport, WorkOrder } from '../engine.ts';
import { cutElements, type TaskElement } from '../jobs/cut-elements.ts';
import { elementScript, elementsText, workScript, workScriptText, type FileTexts } from '../jobs/job-files.ts';
import { shellLine } from '../jobs/shell-word.ts';
import {
  nextSubmissionFolder,
  readElements,
  readSubmissions,
  rememberJobs,
  writeSubmission,
  type PlannedJob,
} from '../jobs/submissions.ts';
import {
  accountedStates,
  cancelJobs,
  elementStates,
  mostElements,
  submitScript,
  waitForJobs,
} from './slurm-commands.ts';
import { resourceArguments, type SlurmOptions } from './slurm-options.ts';

/** Name of the engine. */
const engine = 'slurm';

/** Elements that an array gets at most, however large the site allows: each has a log, all in one folder. */
const fewElements = 5000;

/** Seconds before the end of its time at which an element is told to stop, so that what is under way can be left. */
const secondsToStop = 60;

/** Characters of the name of a job. */
const nameLength = 100;

/** States of elements that have a turn to come. */
const waitingStates = new Set(['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED', 'SPECIAL_EXIT', 'RESV_DEL_HOLD']);
/** States of elements that have not ended. */
const runningStates = new Set([
  'RUNNING',
  'CONFIGURING',
  'COMPLETING',
  'SUSPENDED',
  'STOPPED',
  'SIGNALING',
  'RESIZING',
  'STAGE_OUT',
]);

/** An array that is to be submitted. */
interface ArrayJob extends PlannedJob {
  readonly elements: readonly TaskElement[];
  /** Whether it waits for earlier waves. */
  readonly waits: boolean;
}

/** An array that was submitted, with what became of it. */
interface KnownJob extends PlannedJob {
  readonly id: string;
  readonly elements: readonly (readonly string[])[];
  readonly folder: string;
  readonly states: ReadonlyMap<number, string>;
}

/**
 * A Slurm cluster: one job array a wave, which starts when those of the waves before it have ended, however they did.
 * What cannot be made then ends with an error, and is submitted again by whoever asks for it: Slurm's own requeueing is
 * off, since it waits for minutes and knows nothing of the store.
 */
export function slurmEngine(options: SlurmOptions = {}): Engine {
  return {
    preview: async (order) => {
      const { jobs } = await planned(order, options);
      const folder = nextSubmissionFolder(submissionsOf(order));
      const files = Object.entries(fileTexts(order, jobs, folder))
        .filter(([name]) => name.endsWith('.sh'))
        .map(([name, text]) => `# ${path.join(folder, name)}\n${text}`);
      const lines = jobs.map((job, index) => {
        const earlier = jobs.slice(0, index).filter(({ wave }) => wave !== job.wave);
        const ids = job.waits && earlier.length > 0 ? earlier.map((each) => `$${variable(each)}`) : [];
        return `${variable(job)}=$(sbatch ${[
          ...(ids.length === 0 ? [] : [`--dependency=afterany:${ids.join(':')}`]),
          shellLine(sbatchArguments(order, job, options, folder)),
        ].join(' ')})\n`;
      });
      return [...files, ...lines].join('\n');
    },

    submit: async (order) => {
      const { jobs, live } = await planned(order, options);
      if (jobs.length === 0) return { jobs: [], folder: undefined };
      const { studyHash, studyFile, shardsPerTask, program } = order;
      const { folder } = writeSubmission(
        submissionsOf(order),
        {
          ...{ engine, studyHash, studyFile, shardsPerTask, program, options },
          jobs: jobs.map(({ wave, stem, name }) => ({ wave, stem, name })),
        },
        (at) => fileTexts(order, jobs, at),
      );
      const taken = await submitAll(order, jobs, live, options, folder);
      return {
        folder,
        jobs: jobs.map(({ wave, stem, elements }): SubmittedJob => ({
          ...{ wave, job: taken[stem] ?? '', elements: elements.length },
          tasks: elements.reduce((sum, { length }) => sum + length, 0),
        })),
      };
    },

    reports: async (place) => {
      const jobs = await knownJobs(place);
      const reports = new Map<string, TaskReport>();
      for (const { id, elements, states, folder, stem } of jobs)
        for (const [index, keys] of elements.entries()) {
          const slurmState = states.get(index + 1) ?? '';
          const log = path.join(folder, logFolder(stem), `${String(index + 1)}.log`);
          const report = {
            ...{ state: stateOf(slurmState), reason: slurmState },
            job: `${id}_${String(index + 1)}`,
            log: existsSync(log) ? log : undefined,
          };
          for (const key of keys) reports.set(key, { key, ...report });
        }
      return [...reports.values()];
    },

    cancel: async (place) => {
      const live = (await knownJobs(place)).filter(isLive);
      await cancelJobs(live.map(({ id }) => id));
      return { cancelled: live.length, of: 'jobs' };
    },
  };
}

/** The arrays of an order that are not with Slurm already, and those that are. */
async function planned(
  order: WorkOrder,
  options: SlurmOptions,
): Promise<{ readonly jobs: readonly ArrayJob[]; readonly live: readonly KnownJob[] }> {
  const limit = Math.min(await mostElements(), fewElements);
  const live = (await knownJobs(order)).filter(isLive);
  const held = new Set(
    live.flatMap(({ elements, states }) =>
      elements.flatMap((keys, index) => (stateOf(states.get(index + 1) ?? '') === 'ended' ? [] : keys)),
    ),
  );
  const { tasksPerElement } = options;
  const waves = cutElements(
    order.tasks.filter(({ key }) => !held.has(key) && order.held?.has(key) !== true),
    { tasksPerElement, most: limit },
  );
  return {
    live,
    jobs: waves.flatMap(({ wave, elements, waits }) =>
      Array.from({ length: Math.ceil(elements.length / limit) }, (_, part): ArrayJob => {
        const stem = part === 0 ? wave : `${wave}-${String(part + 1)}`;
        const own = elements.slice(part * limit, (part + 1) * limit);
        return { wave, waits, stem, name: jobName(order.name, wave), elements: own };
      }),
    ),
  };
}

/** Submits arrays one after another; where one is refused, those before it are taken back. */
async function submitAll(
  order: WorkOrder,
  jobs: readonly ArrayJob[],
  live: readonly KnownJob[],
  options: SlurmOptions,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const waves = [...new Set(order.tasks.map(({ wave }) => wave))];
  const all: { readonly wave: string; readonly id: string }[] = [...live];
  const taken: Record<string, string> = {};
  const before = (wave: string, among: readonly { readonly wave: string; readonly id: string }[]) =>
    among.filter((other) => waves.indexOf(other.wave) < waves.indexOf(wave)).map(({ id }) => id);
  const after = (ids: readonly string[]) => `afterany:${ids.join(':')}`;
  try {
    for (const job of jobs) {
      mkdirSync(path.join(folder, logFolder(job.stem)));
      const ids = job.waits ? before(job.wave, all) : [];
      const id = await submitScript([
        ...(ids.length === 0 ? [] : [`--dependency=${after(ids)}`]),
        ...sbatchArguments(order, job, options, folder),
      ]);
      all.push({ wave: job.wave, id });
      taken[job.stem] = id;
      rememberJobs(folder, taken);
    }
  } catch (error) {
    await cancelJobs(Object.values(taken)).then(
      () => {
        rmSync(folder, { recursive: true, force: true });
      },
      () => undefined, // What cannot be taken back stays on record.
    );
    throw error;
  }
  // What waits already has to wait for what was submitted again of earlier waves, too.
  for (const job of live.filter(({ states }) => [...states.values()].some((state) => stateOf(state) === 'waiting')))
    if (before(job.wave, all).some((id) => Object.values(taken).includes(id)))
      await waitForJobs(job.id, after(before(job.wave, all))).catch(() => undefined); // It may have started meanwhile.
  return taken;
}

function sbatchArguments(order: WorkOrder, job: ArrayJob, options: SlurmOptions, folder: string): string[] {
  const { arrayLimit } = options;
  return [
    '--parsable',
    `--job-name=${job.name}`,
    `--array=1-${String(job.elements.length)}${arrayLimit === undefined ? '' : `%${String(arrayLimit)}`}`,
    '--no-requeue',
    `--signal=B:TERM@${String(secondsToStop)}`,
    // Names of files within it need no escapes, whatever the path of the store.
    `--chdir=${path.join(folder, logFolder(job.stem))}`,
    '--output=%a.log',
    ...resourceArguments(options, job.elements.flat(), order),
    path.join(folder, `${job.stem}.sh`),
  ];
}

function fileTexts(order: WorkOrder, jobs: readonly ArrayJob[], folder: string): FileTexts {
  return {
    [workScript]: workScriptText(order),
    ...Object.fromEntries(
      jobs.flatMap(({ stem, elements }) => {
        const tasks = path.join(folder, `${stem}.tasks`);
        const script = elementScript('${SLURM_ARRAY_TASK_ID}', tasks, path.join(folder, workScript));
        return [
          [`${stem}.sh`, script],
          [`${stem}.tasks`, elementsText(elements)],
        ];
      }),
    ),
  };
}

function submissionsOf({ store, submissions }: EnginePlace): string {
  if (submissions !== undefined) return submissions;
  throw new InputError(
    'SUBMISSIONS_NOT_GIVEN',
    `${visibleText(store)} is no folder in which scripts and logs could lie`,
    {
      expected: 'a folder that all nodes of the cluster see',
      hint: 'Give one as `submissions`.',
    },
  );
}

/** All arrays of a study that were submitted, in order. */
async function knownJobs(place: EnginePlace): Promise<KnownJob[]> {
  const jobs = readSubmissions(place)
    .filter((record) => record.engine === engine)
    .flatMap((record) =>
      record.jobs.flatMap((job) => {
        const id = record.taken[job.stem];
        return id === undefined ? [] : [{ ...job, id, folder: record.folder, elements: readElements(record, job) }];
      }),
    );
  const ids = jobs.map(({ id }) => id);
  const states = await elementStates(
    jobs.map(({ name }) => name),
    ids,
  );
  const forgotten = ids.filter((id) => states.get(id)?.size === 0);
  const accounted = await accountedStates(forgotten);
  return jobs.map((job) => ({
    ...job,
    states: forgotten.includes(job.id) ? (accounted.get(job.id) ?? new Map()) : (states.get(job.id) ?? new Map()),
  }));
}

function isLive({ states }: KnownJob): boolean {
  return [...states.values()].some((state) => stateOf(state) !== 'ended');
}

function stateOf(state: string): TaskReport['state'] {
  return waitingStates.has(state) ? 'waiting' : runningStates.has(state) ? 'running' : 'ended';
}

/** Name of a job: that of the study as far as a job can bear it, and the wave. */
function jobName(study: string, wave: string): string {
  return `${study
    .replaceAll(/[^\w.]+/gu, '-')
    .replace(/-$/u, '')
    .slice(0, nameLength)}-${wave}`;
}

function logFolder(stem: string): string {
  return `${stem}-logs`;
}

function variable({ stem }: PlannedJob): string {
  return stem.replaceAll('-', '_');
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { prepareModels } from '@intermodel/inputs';
import {
  type ManifestInput,
  modelsFolder,
  type ProbeTables,
  renderStudy,
  type ReportChoices,
  type RunFolder,
  studyFiles,
  type StudyWarning,
  writeFiles,
} from '@intermodel/outputs';
import { localExecutor, type StudyStore, StudySteps } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import { isOnStudyImages, givenModels, type Study } from '@intermodel/studies';
import type { Observable } from 'rxjs';
import type { DissectionEvent } from './dissect/dissect-events.ts';
import { planStudy, working } from './graph/make-study.ts';
import { openStudy, studyWarnings, type OpenedStudy } from './graph/open-study.ts';
import { openedInputs } from './graph/opened-inputs.ts';
import { stoppableObservable } from './graph/stoppable-observable.ts';
import { StudyBench } from './graph/study-bench.ts';
import { studyGraph, type StudyGraph } from './graph/study-graph.ts';
import { taskImages } from './probing/open-tasks.ts';
import { readProbes, taskScores } from './probing/probe-tables.ts';
import { inRunFolder, type RunPlace } from './run/in-run-folder.ts';
import { formatResolved } from './run/resolved-models.ts';

/** Options of {@link probeStudy}. */
export interface ProbeStudyOptions extends RunPlace, ReportChoices {
  /** Stops the run; what was finished stays. */
  readonly signal?: AbortSignal;
  /** Command that makes the same folder again, for the record. @default 'probeStudy' */
  readonly command?: string;
}

/** Scores of the models of a study on its tasks: the last event of {@link probeStudy}. */
export interface ProbedStudy {
  /** Kind of the event. */
  readonly kind: 'probes';
  /** Scores with their intervals, and differences of all pairs of models on the same images. */
  readonly tables: ProbeTables;
  /** What the reader should know. */
  readonly warnings: readonly StudyWarning[];
  /** Names of the files that were written. */
  readonly files: readonly string[];
}

/**
 * Scores the models of a study on its tasks: simple heads on frozen features, with intervals and paired differences.
 * Nothing is dissected; features and scores are stored under their contents, as {@link runStudy} stores and finds them.
 *
 * @throws InputError `TASKS_MISSING`, `OUTPUT_OF_RUN`, those of the readers of tasks and models, and of heads.
 *
 * @example
 * probeStudy(readStudyFile('study.yaml'), { out: 'probes' }).subscribe((event) => console.log(event.kind));
 */
export function probeStudy(study: Study, options: ProbeStudyOptions = {}): Observable<DissectionEvent | ProbedStudy> {
  return stoppableObservable<DissectionEvent | ProbedStudy>(options.signal, async (signal, onEvent) => {
    checkProbing(study, options.out);
    const inputs = study.tasks.flatMap(({ root, images, labels }) => [root, images, labels]);
    await inRunFolder({ ...options, inputs, signal, onWarning: onEvent }, async (folder, store) => {
      onEvent(await probe(study, { ...options, store, folder, signal, onEvent }));
    });
  });
}

function checkProbing({ tasks, file }: Study, out: string | undefined): void {
  if (tasks.length === 0)
    throw new InputError('TASKS_MISSING', 'the study has no tasks', {
      ...(file === undefined ? {} : { file }),
      expected: 'at least one task, such as `tasks: [{ root: photos }]` with a folder for each class',
      hint: 'Add `tasks`.',
    });
  if (out !== undefined && existsSync(path.join(out, modelsFolder)))
    throw new InputError('OUTPUT_OF_RUN', 'the output folder holds a dissection', {
      file: out,
      expected: 'a folder of its own for scores',
      hint: 'Give another `out`; `runStudy` writes the scores of a study beside its dissection.',
    });
}

interface ProbeRun extends Omit<ProbeStudyOptions, 'store' | 'signal'> {
  readonly store: StudyStore;
  readonly folder: RunFolder | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: DissectionEvent) => void;
}

async function probe(given: Study, run: ProbeRun): Promise<ProbedStudy> {
  const { store, folder, signal } = run;
  const { hashes } = store;
  const warnings: StudyWarning[] = [];
  const onEvent = (event: DissectionEvent) => {
    if (event.kind === 'warning') warnings.push({ subject: event.subject, text: event.text });
    run.onEvent(event);
  };
  const steps = new StudySteps({ store: store.store, times: store.times, signal, onEvent });
  const bench = await (async () => {
    try {
      // Labelled images are read where some task is about them.
      const hasData = given.hasData && given.tasks.some(isOnStudyImages);
      const study = await prepareModels({ ...given, hasData, models: givenModels(given) }, { steps, hashes, signal });
      const opened = await openStudy(study, { steps, hashes, signal });
      const inputs = await openedInputs(opened, hashes, signal);
      const graph = studyGraph(opened, { dissects: false, galleries: false });
      return new OpenedProbes(opened, graph, inputs, { ...run, onEvent, steps });
    } catch (error) {
      folder?.discard();
      throw error;
    }
  })();
  return bench.run(warnings);
}

/** Tasks and models that were opened, with the steps by which models are scored. */
class OpenedProbes {
  readonly #opened: OpenedStudy;
  readonly #graph: StudyGraph;
  readonly #inputs: readonly ManifestInput[];
  readonly #run: ProbeRun & { readonly steps: StudySteps };

  constructor(
    opened: OpenedStudy,
    graph: StudyGraph,
    inputs: readonly ManifestInput[],
    run: ProbeRun & { readonly steps: StudySteps },
  ) {
    this.#opened = opened;
    this.#graph = graph;
    this.#inputs = inputs;
    this.#run = run;
  }

  async run(warnings: StudyWarning[]): Promise<ProbedStudy> {
    const { steps, signal, onEvent, store } = this.#run;
    const { graph, probes, describe } = this.#graph;
    if (probes === undefined) throw new RangeError('probeStudy: a study with tasks has steps for them');
    for (const { subject, text } of studyWarnings(this.#opened)) onEvent({ kind: 'warning', subject, text });
    const bench = new StudyBench({
      ...this.#opened,
      ...{ steps, signal, onEvent, describe, hashes: store.hashes },
      storeFolder: store.folder,
    });
    return working(bench, async () => {
      const plan = await planStudy(graph, bench);
      for await (const step of bench.steps.lookingAhead(plan.stored())) await bench.steps.has(step);
      await localExecutor<StudyBench>().run(plan, { bench, signal, onFamily: () => Promise.resolve() });
      await bench.settled();
      signal.throwIfAborted();
      const { tables: probed, notes } = await readProbes(probes, bench);
      const tables: ProbeTables = { ...probed, taskImages: taskImages(this.#opened.tasks) };
      const told = [...warnings, ...notes];
      const files = await this.#write(tables, told);
      return { kind: 'probes', tables, warnings: told, files };
    });
  }

  async #write(probed: ProbeTables, warnings: readonly StudyWarning[]): Promise<readonly string[]> {
    const { folder, command = 'probeStudy' } = this.#run;
    if (folder === undefined) return [];
    const { study, placed } = this.#opened;
    const { title, abstract } = study;
    const record = {
      ...{ title, abstract, command, warnings, inputs: this.#inputs },
      options: scoreOptions(formatResolved(study, placed, [])),
    };
    const tables = studyFiles({ ...probed, scores: taskScores(probed.probeScores) });
    const texts = await renderStudy(probed, record, this.#run);
    return folder.replace((staging) => writeFiles(staging, tables, record, texts, this.#run), []).files;
  }
}

/** Options that scores depend on; the others of a study are of its dissection. */
const optionsOfScores = ['title', 'abstract', 'data', 'models', 'tasks', 'executionProviders', 'seed'];

function scoreOptions(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => optionsOfScores.includes(name)));
}

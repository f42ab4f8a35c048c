import { checkConcepts, prepareModels, withLabelFolder } from '@intermodel/inputs';
import type { ImageSource, LabelShares } from '@intermodel/data-loading';
import path from 'node:path';
import {
  labelHealth,
  type LabelHealth,
  labelsFolder,
  type ManifestInput,
  statedGate,
  type ReportChoices,
  type RunFolder,
  scoreWarnings,
  sizeWarnings,
  widthWarnings,
  type StudyRecord,
  type StudyTables,
  type StudyWarning,
  unitWarnings,
  UnitWatch,
} from '@intermodel/outputs';
import {
  type LockOptions,
  readJsonPart,
  readStep,
  type StepExecutor,
  type StepStore,
  StudySteps,
  type StudyStore,
} from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import { gateOf, matchingsOf, type Study } from '@intermodel/studies';
import { from, lastValueFrom, map, type Observable } from 'rxjs';
import type { DissectedModel, DissectionEvent } from '../dissect/dissect-events.ts';
import type { DissectionStages } from '../dissect/dissection-stages.ts';
import type { StudyConsumer } from '../dissect/study-consumer.ts';
import { makeStudy, working } from '../graph/make-study.ts';
import { openStudy, studyWarnings, type OpenedStudy } from '../graph/open-study.ts';
import { openedInputs } from '../graph/opened-inputs.ts';
import { stoppableObservable } from '../graph/stoppable-observable.ts';
import { taskImages } from '../probing/open-tasks.ts';
import { readProbes, taskScores } from '../probing/probe-tables.ts';
import { StudyBench } from '../graph/study-bench.ts';
import { twinsOf } from '../twins/compare-twins.ts';
import { studyGraph, type OwnSteps, type StudyGraph } from '../graph/study-graph.ts';
import { hashTableFiles, readStudyTables, type TableSteps } from '../graph/table-steps.ts';
import { inRunFolder } from './in-run-folder.ts';
import { familyFileWarnings, scoreColumnWarnings } from '../relate-scores.ts';
import { StudyWriter, type StudyResult } from './study-writer.ts';
import { formatResolved } from './resolved-models.ts';

/** Options of {@link runStudy}. */
export interface RunStudyOptions extends ReportChoices {
  /**
   * Folder to write: a model appears there as soon as it is done, the tables over models at the end. @default nothing
   * is written
   */
  readonly out?: string;
  /** Where finished steps are kept: a folder, or a store of one's own. @default '.store' in `out`, else memory */
  readonly store?: StepStore | string;
  /** Whether files are hashed again that seem unchanged by their size and times. @default false */
  readonly verify?: boolean;
  /** What happens where another run holds the store or the output folder. @default it is refused */
  readonly lock?: Pick<LockOptions, 'waitMilliseconds' | 'onWait'>;
  /**
   * Threads that go from activations to thresholds and overlaps once a pass is through, at least 1. @default those of
   * the machine, at most 4; one for few images
   */
  readonly concurrency?: number;
  /** Stages that take the place of those of network dissection; their identities enter the keys of stored steps. */
  readonly stages?: Partial<DissectionStages>;
  /** Consumers of one's own, which take the activations of every layer in the pass that counts them. @default none */
  readonly consumers?: readonly StudyConsumer[];
  /** Steps of one's own over what the others have made, stored like them. @default none */
  readonly steps?: OwnSteps;
  /** Who makes the steps. @default this process */
  readonly executor?: StepExecutor<StudyBench>;
  /** Stops the run; what was finished stays. */
  readonly signal?: AbortSignal;
  /** Command that makes the same folder again, for the record. @default 'runStudy' */
  readonly command?: string;
}

/** Result of a study: the last event of its run. */
export interface StudyRun {
  /** Kind of the event. */
  readonly kind: 'tables';
  /** Tables over the models. */
  readonly tables: StudyTables;
  /** What is recorded beside them. */
  readonly record: StudyRecord;
  /** Files of the output folder but for those of the models; none where there is no folder. */
  readonly files: readonly string[];
  /** Models, with their results. */
  readonly models: readonly DissectedModel[];
  /** Keys of all steps that the study needs. */
  readonly neededKeys: ReadonlySet<string>;
}

/**
 * What a run tells: steps that begin, are done or are skipped, progress within them, models, warnings, and at the end
 * the tables.
 */
export type StudyEvent = DissectionEvent | StudyRun;

/**
 * Runs a study to the end: dissects its models, profiles and embeds them, relates them to scores, and writes tables and
 * report. Steps that are in the store are not run again; a run that was stopped or killed goes on from the last shard
 * of images that it finished, and gives the same bytes.
 *
 * Unsubscribing, or aborting `signal`, stops within the current batch of images.
 *
 * @throws InputError for what the user gave, `STORE_LOCKED`, `OUTPUT_LOCKED` while another run holds the store or the
 * output folder; MachineError for what the machine could not do. What was finished stays.
 *
 * @example
 * runStudy(readStudyFile('study.yaml'), { out: 'study' }).subscribe((event) => console.log(event.kind));
 */
export function runStudy(study: Study, options: RunStudyOptions = {}): Observable<StudyEvent> {
  return stoppableObservable<StudyEvent>(options.signal, (signal, onEvent) => {
    if (!study.hasData)
      throw new InputError('DATA_MISSING', 'the study names no labelled images, so that nothing is dissected', {
        ...(study.file === undefined ? {} : { file: study.file }),
        expected: 'images with labels, `data`',
        hint: 'Name them, or score its models on its tasks alone: `probeStudy`.',
      });
    const inputs = [study.data.images, study.data.labels];
    return inRunFolder({ ...options, inputs, signal, onWarning: onEvent }, async (folder, store) => {
      onEvent(await new StudyRunner(study, options, folder, store, signal, onEvent).run());
    });
  });
}

/** What a run works with. */
interface OpenedRun {
  readonly opened: OpenedStudy;
  readonly inputs: readonly ManifestInput[];
  readonly graph: StudyGraph;
  readonly bench: StudyBench;
  readonly writer: StudyWriter | undefined;
}

/** One run of a study. */
class StudyRunner {
  /** The study; once it is open, with what its models are. */
  #study: Study;
  readonly #options: RunStudyOptions;
  readonly #folder: RunFolder | undefined;
  readonly #store: StudyStore;
  readonly #steps: StudySteps;
  readonly #signal: AbortSignal;
  readonly #onEvent: (event: DissectionEvent) => void;
  readonly #warnings: StudyWarning[] = [];
  readonly #models: DissectedModel[] = [];
  #result: Promise<StudyResult> | undefined;

  constructor(
    study: Study,
    options: RunStudyOptions,
    folder: RunFolder | undefined,
    store: StudyStore,
    signal: AbortSignal,
    onEvent: (event: DissectionEvent) => void,
  ) {
    this.#study = study;
    this.#options = options;
    this.#folder = folder;
    this.#store = store;
    this.#signal = signal;
    this.#onEvent = (event) => {
      if (event.kind === 'warning') this.#warnings.push({ subject: event.subject, text: event.text });
      onEvent(event);
    };
    this.#steps = new StudySteps({ store: store.store, times: store.times, signal, onEvent });
  }

  run(): Promise<StudyRun> {
    return withLabelFolder(this.#labelFolder(), this.#study, (folder) => this.#run(folder));
  }

  async #run(labelCache: string | undefined): Promise<StudyRun> {
    const run = await this.#open(labelCache);
    const { opened, graph, bench, writer } = run;
    await this.#checkConcepts(opened.source);
    for (const { subject, text } of studyWarnings(opened)) this.#onEvent({ kind: 'warning', subject, text });
    return working(bench, async () => {
      await makeStudy(graph, bench, {
        executor: this.#options.executor,
        isCurrent: writer === undefined ? undefined : (family) => writer.isCurrent(family, bench),
        onModel: (model) => {
          this.#takeModel(model);
          return Promise.resolve();
        },
      });
      this.#signal.throwIfAborted();
      const { tables, record } = await this.#finish(run);
      const files = graph.report === undefined ? [] : ((await writer?.written(graph.report, bench)) ?? []);
      return { kind: 'tables', tables, record, files, models: this.#models, neededKeys: graph.graph.keys() };
    });
  }

  /** Opens everything that the study reads; leaves no trace of a run if something of it cannot be used. */
  async #open(labelCache: string | undefined): Promise<OpenedRun> {
    const { hashes } = this.#store;
    const signal = this.#signal;
    try {
      this.#study = await prepareModels(this.#study, { steps: this.#steps, hashes, signal });
      const opened = await openStudy(this.#study, {
        ...(labelCache === undefined ? {} : { labelCache }),
        ...{ steps: this.#steps, hashes, signal },
        onProgress: (done, total) => {
          this.#onEvent({ kind: 'progress', step: 'segmentation', models: [], done, total });
        },
      });
      const inputs = await openedInputs(opened, hashes, signal);
      const { stages, consumers, steps, concurrency } = this.#options;
      const folder = this.#folder;
      const graph = studyGraph(opened, {
        ...{ stages, consumers, steps },
        galleries: folder !== undefined,
        tableFiles: await hashTableFiles(opened.study, hashes),
        output: folder === undefined ? undefined : { out: folder.path, inputs },
      });
      const writer =
        folder === undefined
          ? undefined
          : new StudyWriter({
              ...{ opened, inputs, folder },
              choices: { ...this.#options, command: this.#command },
              result: () => this.#finish(run),
              onEvent: this.#onEvent,
            });
      const bench = new StudyBench({
        ...opened,
        ...{ consumers, concurrency, hashes, signal, writer, steps: this.#steps },
        describe: graph.describe,
        storeFolder: this.#store.folder,
        onEvent: this.#onEvent,
      });
      const run: OpenedRun = { opened, inputs, graph, bench, writer };
      return run;
    } catch (error) {
      this.#folder?.discard();
      throw error;
    }
  }

  /** What is stated of the files that were read must be true of those that were used. */
  async #checkInputs({ opened, inputs }: OpenedRun): Promise<void> {
    const now = await openedInputs(opened, this.#store.hashes);
    const changed = now.find(({ sha256 }, index) => sha256 !== inputs[index]?.sha256);
    if (changed !== undefined)
      throw new InputError('FILE_CHANGED', 'was changed during the run', {
        file: changed.name,
        expected: 'files that stay as they are until the run ends',
        hint: 'Run again: what was made of other files is stored.',
      });
  }

  #labelFolder(): string | undefined {
    const { labelCache } = this.#study.runtime;
    return labelCache ?? (this.#folder === undefined ? undefined : path.join(this.#folder.path, labelsFolder));
  }

  /**
   * Where a preset demands frequent concepts, looks before anything is run whether there are any; other studies read
   * their labels once, in the pass.
   */
  async #checkConcepts(source: ImageSource): Promise<void> {
    const [model] = this.#study.models;
    const demands = matchingsOf(this.#study).some(
      ({ minimumImages, minimumCoverage }) => minimumImages > 0 || minimumCoverage > 0,
    );
    if (model !== undefined && demands) checkConcepts(await source.describe(model.geometry), this.#study);
  }

  #takeModel(event: DissectedModel): void {
    const { model, layers } = event;
    this.#warnings.push(...unitWarnings(layers, this.#study.matching).map((text) => ({ subject: model.name, text })));
    this.#models.push(event);
    this.#onEvent(event);
  }

  get #command(): string {
    return this.#options.command ?? 'runStudy';
  }

  /** Tables and record of the study, once all models are done. */
  #finish(run: OpenedRun): Promise<StudyResult> {
    return (this.#result ??= this.#makeResult(run));
  }

  async #makeResult(run: OpenedRun): Promise<StudyResult> {
    const { opened, inputs, graph, bench } = run;
    const { study, placed } = opened;
    await this.#checkInputs(run);
    const probed = graph.probes === undefined ? undefined : await readProbes(graph.probes, bench);
    const tables: StudyTables = {
      ...(probed === undefined
        ? {}
        : {
            ...{ ...probed.tables, taskImages: taskImages(opened.tasks) },
            scores: taskScores(probed.tables.probeScores),
          }),
      ...(await readStudyTables(graph.tables as TableSteps, bench)),
    };
    const health = await this.#health(run);
    const watch = new UnitWatch(
      gateOf(study),
      twinsOf(study).map(({ name }) => name),
    );
    const layers = this.#models.flatMap((model) => model.layers);
    await lastValueFrom(
      from(layers).pipe(
        map(({ matches }) => matches),
        watch.watch(),
      ),
      { defaultValue: undefined },
    );
    const scored =
      tables.points === undefined || tables.scores === undefined
        ? []
        : [
            ...scoreWarnings(tables.points, tables.summaries, tables.scores),
            ...(await scoreColumnWarnings(study)),
            ...(await familyFileWarnings({ ...study, ...study.relations }, { ...tables, points: tables.points })),
          ];
    const record: StudyRecord = {
      title: study.title,
      abstract: study.abstract,
      command: this.#command,
      options: formatResolved(study, placed, this.#models),
      inputs,
      warnings: [
        ...health.warnings,
        ...this.#warnings,
        ...watch.fewMatches().map(({ subject, text }) => ({ subject, text: `${text} \`examineStudy\` tries others.` })),
        ...embeddingWarnings(study, tables),
        ...(tables.points === undefined || tables.modelUnits === undefined || study.embedding === undefined
          ? []
          : widthWarnings(tables.points, tables.modelUnits, study.embedding.normalisation)),
        ...sizeWarnings(
          tables.clusters === undefined ? 0 : (tables.points?.numRows ?? 0),
          tables.clusters === undefined ? 0 : study.models.length,
        ),
        ...scored,
        ...(probed?.notes ?? []),
      ],
    };
    return { tables, record, health };
  }

  /** Says what units can reach with the labels, by what the pass has stored of them. */
  async #health({ opened: { study }, graph, bench }: OpenedRun): Promise<LabelHealth> {
    const [description] = graph.graph.of('description');
    if (description === undefined) throw new RangeError('runStudy: a study has at least one model');
    return labelHealth(readJsonPart(await readStep(description.only, 'description', bench)) as LabelShares, study);
  }
}

/** Says why a study that asks for an embedding has none. */
function embeddingWarnings({ embedding, matching }: Study, { points }: StudyTables): StudyWarning[] {
  if (embedding === undefined || points !== undefined) return [];
  return [
    {
      subject: 'embedding',
      text: `No unit of any model passes the gate of ${statedGate(matching)}, so that there is nothing to embed or to relate: check the preprocessing of the models, or lower the gate, \`matching.gate\`.`,
    },
  ];
}

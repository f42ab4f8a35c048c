import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { arrowFileBytes, writeFileAtomically, type LockOptions, type StepStore, type StoreWarning } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';
import { from, type Observable } from 'rxjs';
import { formatStudy } from '../study-file/format-study.ts';
import type { Study } from '../study-file/study.ts';
import { OutputRecord } from '../steps/output-record.ts';
import { openStudyStore, type StudyStore } from '../steps/study-store.ts';
import { jsonPart, readJsonPart, StudySteps } from '../steps/study-steps.ts';
import { renderStudy, type ReportChoices } from '../render-study.ts';
import { scoreWarnings, UnitWatch, type StudyWarning } from '../warnings.ts';
import { studyFiles, writeFiles, type StudyRecord, type StudyTables } from '../write-study.ts';
import type { DissectedModel, DissectionEvent } from './dissect-events.ts';
import { describeDissection, dissect, stoppableObservable } from './dissect-study.ts';
import type { DissectionSteps } from './dissection-steps.ts';
import { openImageSource, type ImageSource } from './image-source.ts';
import { lockOutput } from './lock-output.ts';
import { labelHealth, vocabularyFile, type LabelHealth } from './label-health.ts';
import { labelsFolder, openRunFolder, storeFolder, type RunFolder } from './run-folder.ts';
import { changeFile, studyChange } from './study-change.ts';
import { studyInputs } from './study-inputs.ts';
import { studyTables } from './study-tables.ts';
import { unitGalleries } from './unit-galleries.ts';
import { unitWarnings } from './unit-warnings.ts';
import { writeModel } from './write-model.ts';

/** Options of {@link runStudy}. */
export interface RunStudyOptions extends ReportChoices {
  /** Folder to write: a model appears there as soon as it is done, the tables over models at the end. @default nothing is written */
  readonly out?: string;
  /** Where finished steps are kept: a folder, or a store of one's own. @default '.store' in `out`, else memory */
  readonly store?: StepStore | string;
  /** Whether files are hashed again that seem unchanged by their size and times. @default false */
  readonly verify?: boolean;
  /** What happens where another run holds the store or the output folder. @default it is refused */
  readonly lock?: Pick<LockOptions, 'waitMilliseconds' | 'onWait'>;
  /** Threads that go from activations to thresholds and overlaps once a pass is through, at least 1. @default those of the machine, at most 4 */
  readonly concurrency?: number;
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

/** What a run tells: steps that begin, are done or are skipped, progress within them, models, warnings, and at the end the tables. */
export type StudyEvent = DissectionEvent | StudyRun;

/**
 * Runs a study to the end: dissects its models, profiles and embeds them, relates them to scores, and writes tables and
 * report. Steps that are in the store are not run again; a run that was stopped or killed goes on from the last shard
 * of images that it finished, and gives the same bytes.
 *
 * Unsubscribing, or aborting `signal`, stops within the current batch of images.
 *
 * @throws InputError for what the user gave, `STORE_LOCKED`, `OUTPUT_LOCKED` while another run holds the store or the output
 * folder; MachineError for what the
 * machine could not do. What was finished stays.
 *
 * @example
 * runStudy(readStudyFile('study.yaml'), { out: 'study' }).subscribe((event) => console.log(event.kind));
 */
export function runStudy(study: Study, options: RunStudyOptions = {}): Observable<StudyEvent> {
  return stoppableObservable<StudyEvent>(options.signal, async (signal, onEvent) => {
    const { out } = options;
    const warn = ({ file, message }: StoreWarning) => {
      onEvent({ kind: 'warning', subject: file, text: message });
    };
    const folder = out === undefined ? undefined : openRunFolder(out);
    const store = openStudyStore(options.store ?? (out === undefined ? undefined : path.join(out, storeFolder)), { verify: options.verify, warn });
    const lock = await store.store.lock({ ...options.lock, signal });
    try {
      const outputLock = out === undefined ? undefined : await lockOutput(out, store.folder, { ...options.lock, signal });
      try {
        onEvent(await new StudyRunner(study, options, folder, store, signal, onEvent).run());
      } finally {
        outputLock?.release();
      }
    } finally {
      store.hashes.save();
      store.times.save();
      lock.release();
    }
  });
}

/** One run of a study. */
class StudyRunner {
  readonly #study: Study;
  readonly #options: RunStudyOptions;
  readonly #folder: RunFolder | undefined;
  readonly #store: StudyStore;
  readonly #steps: StudySteps;
  readonly #signal: AbortSignal;
  readonly #onEvent: (event: DissectionEvent) => void;
  readonly #warnings: StudyWarning[] = [];
  readonly #models: DissectedModel[] = [];

  constructor(study: Study, options: RunStudyOptions, folder: RunFolder | undefined, store: StudyStore, signal: AbortSignal, onEvent: (event: DissectionEvent) => void) {
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

  async run(): Promise<StudyRun> {
    const temporary = this.#labelFolder() === undefined && this.#study.data.segmenters !== undefined ? mkdtempSync(path.join(tmpdir(), 'intermodel-labels-')) : undefined;
    try {
      return await this.#run(temporary);
    } finally {
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    }
  }

  async #run(temporaryLabels: string | undefined): Promise<StudyRun> {
    const study = this.#study;
    const { source, inputs, describe } = await this.#open(temporaryLabels);
    const health = await this.#health(source, describe);
    this.#signal.throwIfAborted();
    for (const { message } of source.warnings) this.#onEvent({ kind: 'warning', subject: study.data.root ?? study.data.images ?? '', text: message });
    await dissect({
      ...{ study, source, describe, steps: this.#steps, hashes: this.#store.hashes, signal: this.#signal, onEvent: this.#onEvent, storeFolder: this.#store.folder, concurrency: this.#options.concurrency },
      onModel: async (model) => {
        await this.#takeModel(model, inputs);
      },
    });
    this.#signal.throwIfAborted();
    const watch = new UnitWatch(study.matching.minimumIou);
    const matches = this.#models.flatMap(({ layers }) => layers.map((layer) => layer.matches));
    const tables = await studyTables(study, from(matches).pipe(watch.watch()));
    const scored = tables.points === undefined || tables.scores === undefined ? [] : scoreWarnings(tables.points, tables.summaries, tables.scores);
    const record: StudyRecord = { title: study.title, abstract: study.abstract, command: this.#options.command ?? 'runStudy', options: formatStudy(study), inputs, warnings: [...health.warnings, ...this.#warnings, ...watch.fewMatches(), ...scored] };
    const files = this.#folder === undefined ? [] : await this.#write(this.#folder, tables, record, health, describe);
    return { kind: 'tables', tables, record, files, models: this.#models, neededKeys: this.#steps.neededKeys };
  }

  /** Opens everything that the study reads; leaves no trace of a run if something of it cannot be used. */
  async #open(temporaryLabels: string | undefined) {
    const study = this.#study;
    const labelCache = this.#labelFolder() ?? temporaryLabels;
    try {
      const source = await openImageSource(study, {
        ...(labelCache === undefined ? {} : { labelCache }),
        runtime: study.runtime,
        signal: this.#signal,
        onProgress: (done, total) => {
          this.#onEvent({ kind: 'progress', step: 'segmentation', models: [], done, total });
        },
      });
      return { source, inputs: await studyInputs(study, source, this.#store.hashes), describe: await describeDissection(study, source, this.#store.hashes, this.#signal) };
    } catch (error) {
      this.#folder?.discard();
      throw error;
    }
  }

  #labelFolder(): string | undefined {
    const { labelCache } = this.#study.runtime;
    return labelCache ?? (this.#folder === undefined ? undefined : path.join(this.#folder.path, labelsFolder));
  }

  /** Counts what is in the labels, and says what units can reach with them. */
  async #health(source: ImageSource, describe: DissectionSteps): Promise<LabelHealth> {
    const [model] = this.#study.models;
    if (model === undefined) throw new RangeError('runStudy: a study has at least one model');
    const compute = async () => {
      const description = await source.describe(model.geometry, (done, total) => {
        this.#onEvent({ kind: 'progress', step: 'labels', models: [], done, total });
      });
      return { description: jsonPart(description) };
    };
    const step = await this.#steps.run({ ...describe.description(model, this.#study.matching), compute });
    return labelHealth(readJsonPart(await step.read('description')) as Awaited<ReturnType<ImageSource['describe']>>, this.#study);
  }

  async #takeModel(event: DissectedModel, inputs: StudyRecord['inputs']): Promise<void> {
    const study = this.#study;
    const { model, layers } = event;
    const warnings = unitWarnings(event);
    if (this.#folder !== undefined) {
      const ownInputs = inputs.filter(({ role, name }) => role !== 'model' || path.basename(model.file) === name);
      const record = { options: formatStudy({ ...study, models: [model] }), inputs: ownInputs, warnings };
      const folder = this.#folder.model(model.name);
      const output = new OutputRecord(this.#steps, this.#store.hashes, folder, { record, layers: layers.map(({ layer, key, diff }) => [layer, key, diff?.key ?? null]) });
      if ((await output.current()) === undefined) {
        const gates = study.diff === undefined ? undefined : { main: study.matching, diff: study.diff.matching };
        await output.remember(await writeModel(folder, event, record, gates));
      }
    }
    this.#warnings.push(...warnings.map((text) => ({ subject: model.name, text })));
    this.#models.push(event);
    this.#onEvent(event);
  }

  async #write(folder: RunFolder, tables: StudyTables, record: StudyRecord, health: LabelHealth, describe: DissectionSteps): Promise<readonly string[]> {
    const study = this.#study;
    const { formats, figures } = this.#options;
    const batches = studyFiles(tables);
    const layers = this.#models.flatMap(({ model, layers: own }) => own.map(({ layer, key }) => [model.name, layer, key]));
    const changed = studyChange(folder.path, tables.points);
    const content = { record, changed: changed?.text ?? null, health: health.csv, tables: Object.entries(batches).map(([name, batch]) => [name, hashOf(batch)]), formats, layers, gallery: study.gallery };
    const output = new OutputRecord(this.#steps, this.#store.hashes, folder.path, content);
    // Galleries are asked for even where nothing is written, so that their steps count as needed.
    const galleries = await unitGalleries(study, this.#models, this.#steps, describe);
    let files = figures === undefined ? await output.current() : undefined;
    if (files === undefined) {
      const shown = await renderStudy(tables, record, this.#options, { galleries, gallery: study.gallery, vocabulary: health.rows, ...(changed === undefined ? {} : { change: changed.change }) });
      // A change is recognised by the embedding that it led from: once that is replaced, it must be on record.
      if (changed !== undefined) writeFileAtomically(path.join(folder.path, changeFile), changed.text);
      files = writeFiles(folder.path, batches, record, { [vocabularyFile]: health.csv, ...(changed === undefined ? {} : { [changeFile]: changed.text }), ...shown });
      await output.remember(files);
    }
    for (const name of folder.tidy(files, study.models.map(({ name: own }) => own))) this.#onEvent({ kind: 'warning', subject: name, text: 'It is no model of the study any more: its folder was removed.' });
    return files;
  }
}

function hashOf(batch: RecordBatch): string {
  return createHash('sha256').update(arrowFileBytes(batch.schema, [batch])).digest('hex');
}

import {
  checkConcepts,
  checkModels,
  openImageSource,
  type PlacedModel,
  placeModels,
  placeWarnings,
  probeOptions,
  studyInputs,
  withLabelFolder,
  withModelSizes,
} from '@intermodel/inputs';
import type { ImageSource, LabelShares } from '@intermodel/data-loading';
import path from 'node:path';
import {
  changeFile,
  labelHealth,
  type LabelHealth,
  labelsFolder,
  lockOutput,
  openRunFolder,
  OutputRecord,
  renderStudy,
  statedGate,
  type Replaced,
  type ReportChoices,
  type RunFolder,
  scoreWarnings,
  sizeWarnings,
  storeFolder,
  studyChange,
  studyFiles,
  type StudyRecord,
  type StudyTables,
  type StudyWarning,
  unitWarnings,
  UnitWatch,
  vocabularyFile,
  writeFiles,
  writeModel,
} from '@intermodel/outputs';
import {
  jsonPart,
  type LockOptions,
  openStudyStore,
  readJsonPart,
  type StepStore,
  type StoreWarning,
  StudySteps,
  type StudyStore,
} from '@intermodel/steps';
import { checkOutputOutside, InputError } from '@intermodel/streams';
import { matchingsOf, type Study } from '@intermodel/studies';
import { from, lastValueFrom, map, type Observable } from 'rxjs';
import type { DissectedModel, DissectionEvent } from '../dissect/dissect-events.ts';
import { describeLabels } from '../dissect/describe-labels.ts';
import { describeDissection, dissect, stoppableObservable } from '../dissect/dissect-study.ts';
import type { DissectionSteps } from '../dissect/dissection-steps.ts';
import { formatResolved } from './resolved-models.ts';
import type { ShardLabels } from '../dissect/shard-labels.ts';
import { inputsOf, modelOutput, reportOutput, type OutputIngredients } from './study-outputs.ts';
import { studyTables } from './study-tables.ts';
import type { DissectionStages } from '../dissect/dissection-stages.ts';
import type { StudyConsumer } from '../dissect/study-consumer.ts';
import { describeTables, type TableSteps } from './table-steps.ts';
import { unitGalleries } from './unit-galleries.ts';

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
  return stoppableObservable<StudyEvent>(options.signal, async (signal, onEvent) => {
    const { out } = options;
    const warn = ({ file, message }: StoreWarning) => {
      onEvent({ kind: 'warning', subject: file, text: message });
    };
    if (out !== undefined)
      checkOutputOutside(
        out,
        [study.data.images, study.data.labels].filter((input) => input !== undefined),
      );
    const folder = out === undefined ? undefined : openRunFolder(out);
    const store = openStudyStore(options.store ?? (out === undefined ? undefined : path.join(out, storeFolder)), {
      verify: options.verify,
      warn,
    });
    const lock = await store.store.lock({ ...options.lock, signal }).catch((error: unknown) => {
      folder?.abandon();
      throw error;
    });
    try {
      const outputLock =
        out === undefined ? undefined : await lockOutput(out, store.folder, { ...options.lock, signal });
      try {
        onEvent(await new StudyRunner(await withModelSizes(study), options, folder, store, signal, onEvent).run());
      } finally {
        outputLock?.release();
      }
    } finally {
      store.save();
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
    const study = this.#study;
    const { placed, source, inputs, describe } = await this.#open(labelCache);
    await this.#checkConcepts(source);
    let health: LabelHealth | undefined;
    for (const { subject, text } of placeWarnings(placed)) this.#onEvent({ kind: 'warning', subject, text });
    for (const { message } of source.warnings)
      this.#onEvent({ kind: 'warning', subject: study.data.root ?? study.data.images ?? '', text: message });
    await dissect({
      ...{
        study,
        placed,
        source,
        describe,
        steps: this.#steps,
        hashes: this.#store.hashes,
        signal: this.#signal,
        onEvent: this.#onEvent,
        storeFolder: this.#store.folder,
        concurrency: this.#options.concurrency,
        consumers: this.#options.consumers,
      },
      onLabels: async (labels) => {
        health = await this.#health(labels, source, describe);
      },
      onModel: async (model) => {
        await this.#takeModel(model, placed, { study, source, inputs, describe });
      },
    });
    this.#signal.throwIfAborted();
    if (health === undefined) throw new RangeError('runStudy: a dissection told of no labels');
    await this.#checkInputs(source, inputs);
    await this.#steps.run({
      ...describe.images(),
      compute: () => ({ images: jsonPart(describe.shards.flatMap(({ contents }) => contents)) }),
    });
    const watch = new UnitWatch(study.matching);
    const layers = this.#models.flatMap((model) => model.layers);
    await lastValueFrom(
      from(layers).pipe(
        map(({ matches }) => matches),
        watch.watch(),
      ),
      { defaultValue: undefined },
    );
    const described = await describeTables(
      study,
      layers.map(({ key }) => key),
      this.#store.hashes,
    );
    const tables = await studyTables(
      { study, steps: this.#steps, describe: described, hashes: this.#store.hashes },
      layers.map(({ matches }) => matches),
    );
    const scored =
      tables.points === undefined || tables.scores === undefined
        ? []
        : scoreWarnings(tables.points, tables.summaries, tables.scores);
    const record: StudyRecord = {
      title: study.title,
      abstract: study.abstract,
      command: this.#options.command ?? 'runStudy',
      options: formatResolved(study, placed, this.#models),
      inputs,
      warnings: [
        ...health.warnings,
        ...this.#warnings,
        ...watch.fewMatches(),
        ...embeddingWarnings(study, tables),
        ...sizeWarnings(tables.clusters === undefined ? 0 : (tables.points?.numRows ?? 0)),
        ...scored,
      ],
    };
    const files =
      this.#folder === undefined
        ? []
        : await this.#write(this.#folder, tables, record, health, { study, source, inputs, describe }, described);
    return { kind: 'tables', tables, record, files, models: this.#models, neededKeys: this.#steps.neededKeys };
  }

  /** Opens everything that the study reads; leaves no trace of a run if something of it cannot be used. */
  async #open(labelCache: string | undefined) {
    const study = this.#study;
    try {
      const layouts = await checkModels(study.models);
      const source = await openImageSource(study, {
        ...(labelCache === undefined ? {} : { labelCache }),
        runtime: study.runtime,
        signal: this.#signal,
        onProgress: (done, total) => {
          this.#onEvent({ kind: 'progress', step: 'segmentation', models: [], done, total });
        },
      });
      // What is found out of the models is stored: not before the images are known to be there.
      const placed = await placeModels(
        study.models,
        layouts,
        this.#steps,
        this.#store.hashes,
        probeOptions(study.runtime, this.#signal),
      );
      return {
        placed,
        source,
        inputs: await studyInputs(study, source, this.#store.hashes, this.#signal),
        describe: await describeDissection(study, source, this.#store.hashes, {
          stages: this.#options.stages,
          signal: this.#signal,
        }),
      };
    } catch (error) {
      this.#folder?.discard();
      throw error;
    }
  }

  /** What is stated of the files that were read must be true of those that were used. */
  async #checkInputs(source: ImageSource, inputs: StudyRecord['inputs']): Promise<void> {
    const now = await studyInputs(this.#study, source, this.#store.hashes);
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

  /** Says what units can reach with the labels, by what the pass has stored of them. */
  async #health(labels: ShardLabels, { vocabulary }: ImageSource, describe: DissectionSteps): Promise<LabelHealth> {
    const [model] = this.#study.models;
    if (model === undefined) throw new RangeError('runStudy: a study has at least one model');
    const compute = async () => ({
      description: jsonPart(await describeLabels(labels, describe.shards, vocabulary, this.#signal)),
    });
    const step = await this.#steps.run({ ...describe.description(model, this.#study.matching), compute });
    return labelHealth(readJsonPart(await step.read('description')) as LabelShares, this.#study);
  }

  async #takeModel(
    event: DissectedModel,
    placed: readonly PlacedModel[],
    ingredients: OutputIngredients,
  ): Promise<void> {
    const { study, inputs } = ingredients;
    const { model, layers } = event;
    const warnings = unitWarnings(layers);
    if (this.#folder !== undefined) {
      const folder = this.#folder.model(model.name);
      const output = new OutputRecord(
        this.#steps,
        this.#store.hashes,
        modelOutput(
          ingredients,
          model,
          layers.map(({ place }) => place),
          folder,
          csvChoices(this.#options),
        ),
      );
      if ((await output.current()) === undefined) {
        const begun = performance.now();
        const record = {
          options: formatResolved({ ...study, models: [model] }, placed, [event]),
          inputs: inputsOf(model, inputs),
          warnings,
        };
        const onReplace = () => {
          if (!this.#freezesOutput()) this.#folder?.begin();
        };
        const files = await writeModel(folder, layers, record, study, { ...this.#options, onReplace });
        await output.remember(files, performance.now() - begun);
      }
    }
    this.#warnings.push(...warnings.map((text) => ({ subject: model.name, text })));
    this.#models.push(event);
    this.#onEvent(event);
  }

  async #write(
    folder: RunFolder,
    tables: StudyTables,
    record: StudyRecord,
    health: LabelHealth,
    ingredients: OutputIngredients,
    described: TableSteps,
  ): Promise<readonly string[]> {
    const { study, describe } = ingredients;
    const { formats = ['html'], figures } = this.#options;
    const places = this.#models.flatMap(({ layers }) => layers.map(({ place }) => place));
    const output = new OutputRecord(
      this.#steps,
      this.#store.hashes,
      reportOutput(ingredients, places, described, folder.path, {
        command: record.command,
        formats,
        ...csvChoices(this.#options),
      }),
    );
    // Galleries are asked for even where nothing is written, so that their steps count as needed.
    const galleries = await unitGalleries(study, this.#models, this.#steps, describe, this.#store.hashes);
    const names = study.models.map(({ name }) => name);
    const standing = figures === undefined ? await output.current() : undefined;
    if (standing !== undefined) {
      this.#tellGone(folder.tidy(standing, names));
      return standing;
    }
    const begun = performance.now();
    const changed = studyChange(folder.path, tables.points);
    const shown = await renderStudy(tables, record, this.#options, {
      galleries,
      gallery: study.gallery,
      vocabulary: health.rows,
      ...(changed === undefined ? {} : { change: changed.change }),
    });
    const texts = {
      [vocabularyFile]: health.csv,
      ...(changed === undefined ? {} : { [changeFile]: changed.text }),
      ...shown,
    };
    const { files, gone } = folder.replace(
      (staging) => writeFiles(staging, studyFiles(tables), record, texts, this.#options),
      names,
    );
    await output.remember(files, performance.now() - begun);
    this.#tellGone(gone);
    return files;
  }

  #tellGone(gone: Replaced['gone']): void {
    for (const { model, stays } of gone)
      this.#onEvent({
        kind: 'warning',
        subject: model,
        text: `It is no model of the study any more: its ${stays ? 'tables were removed; other files in its folder stay' : 'folder was removed'}. A run that names it again takes what is stored of it.`,
      });
  }

  /** Whether the embedding is frozen in the very folder that is written: it has to stay whole until it was read. */
  #freezesOutput(): boolean {
    const { frozen } = this.#study.embedding ?? {};
    return (
      frozen !== undefined && this.#folder !== undefined && path.resolve(frozen) === path.resolve(this.#folder.path)
    );
  }
}

/** Says why a study that asks for an embedding has none. */
function embeddingWarnings({ embedding, matching }: Study, { points }: StudyTables): StudyWarning[] {
  if (embedding === undefined || points !== undefined) return [];
  return [
    {
      subject: 'embedding',
      text: `No unit of any model passes the gate of ${statedGate(matching)}, so that there is nothing to embed or to relate: check the preprocessing of the models, or lower the gate (matching.gate of a study file).`,
    },
  ];
}

/** What decides the bytes of CSV files; nothing where it is as ever, so that files of earlier runs are known again. */
function csvChoices({ spreadsheetCsv = false }: Pick<RunStudyOptions, 'spreadsheetCsv'>): object {
  return spreadsheetCsv ? { spreadsheetCsv } : {};
}

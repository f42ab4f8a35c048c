import type { LayerPlace, PlacedModel } from '@intermodel/inputs';
import { checkFiles, type ImageSource } from '@intermodel/data-loading';
import {
  countingThreads,
  HeldShards,
  indexConcepts,
  UnitThreads,
  type ConceptIndex,
} from '@intermodel/concept-matching';
import { readStep, type FileHashes, type StepBench, type StepFamily, type StudySteps } from '@intermodel/steps';
import type { Study, StudyModel } from '@intermodel/studies';
import { checkDisk, type FreeBytes, type KeptLayer } from '../dissect/check-disk.ts';
import type { DissectedModel, DissectionEvent } from '../dissect/dissect-events.ts';
import { DissectionGroup } from '../dissect/dissection-group.ts';
import type { GroupContext } from '../dissect/group-context.ts';
import { ForwardPass } from '../dissect/run-pass.ts';
import { ShardReports } from '../dissect/shard-reports.ts';
import type { StudyConsumer } from '../dissect/study-consumer.ts';
import type { DissectionSteps } from './dissection-steps.ts';

/** Writes the output folder of a study. */
export interface OutputWriter {
  /** Writes the tables of a model whose matches are stored, as the step of a family. */
  writeModel(model: StudyModel, family: StepFamily<StudyBench>, bench: StudyBench): Promise<void>;
  /** Writes the tables over models, and the report, as the step of a family. */
  writeReport(family: StepFamily<StudyBench>, bench: StudyBench): Promise<void>;
}

/** Images beside those of the study, on which its models are run too. */
export interface OtherImages {
  /** The study, with how these images are read. */
  readonly study: Study;
  /** The images. */
  readonly source: ImageSource;
  /** Steps over them. */
  readonly describe: DissectionSteps<StudyBench>;
}

/** What {@link StudyBench} is made of. */
export interface StudyBenchOptions {
  /** The study. */
  readonly study: Study;
  /** Its models with their layers, in groups that take the same images. */
  readonly groups: readonly (readonly PlacedModel[])[];
  /** Images and labels. */
  readonly source: ImageSource;
  /** Steps of the dissection. */
  readonly describe: DissectionSteps<StudyBench>;
  /** Stored steps. */
  readonly steps: StudySteps;
  /** Hashes of files. */
  readonly hashes: FileHashes;
  /** Consumers of the caller's own. @default none */
  readonly consumers?: readonly StudyConsumer[] | undefined;
  /** Writes the output folder. @default the graph has no steps of one */
  readonly writer?: OutputWriter | undefined;
  /** Threads that count once a pass is through. @default those of the machine, at most 4; one for few images */
  readonly concurrency?: number | undefined;
  /** Folder of the store, whose disk must have room for the kept maps. @default it is not on a disk */
  readonly storeFolder?: string | undefined;
  /** Tells what is free there. @default what the system says */
  readonly freeBytes?: FreeBytes | undefined;
  /** Whether models stay open behind a pass, as another one is likely to follow. @default false */
  readonly keepsModels?: boolean | undefined;
  /** Stops the work. */
  readonly signal: AbortSignal;
  /** Is told of progress and warnings. */
  readonly onEvent: (event: DissectionEvent) => void;
}

/** What the steps of a study are made with: models, images and threads are opened as they are needed. */
export class StudyBench implements StepBench {
  readonly steps: StudySteps;
  readonly signal: AbortSignal;
  readonly study: Study;
  readonly source: ImageSource;
  readonly describe: DissectionSteps<StudyBench>;
  readonly hashes: FileHashes;
  readonly onEvent: (event: DissectionEvent) => void;
  readonly #options: StudyBenchOptions;
  readonly #groups = new Map<readonly PlacedModel[], DissectionGroup>();
  readonly #dissected = new Map<StudyModel, Promise<DissectedModel>>();
  readonly #released = new Set<StudyModel>();
  readonly #concurrency: number;
  readonly #others = new Map<OtherImages, StudyBench>();
  #threads: UnitThreads | undefined;

  constructor(options: StudyBenchOptions) {
    const { concurrency, groups, source } = options;
    const layers = groups.flat().reduce((sum, { places }) => sum + places.length, 0);
    this.#concurrency = concurrency ?? countingThreads(source.images.length, layers);
    if (!Number.isInteger(this.#concurrency) || this.#concurrency < 1)
      throw new RangeError(`concurrency must be a whole number of at least 1, got ${String(concurrency)}`);
    this.#options = options;
    this.steps = options.steps;
    this.signal = options.signal;
    this.study = options.study;
    this.source = source;
    this.describe = options.describe;
    this.hashes = options.hashes;
    this.onEvent = options.onEvent;
  }

  /** The layers of all models. */
  get places(): readonly LayerPlace[] {
    return this.study.models.flatMap((model) =>
      this.#options.groups.flat().flatMap((placed) => (placed.model === model ? placed.places : [])),
    );
  }

  /** What steps over other images are made with. */
  onImages(images: OtherImages): StudyBench {
    const known = this.#others.get(images);
    const bench = known ?? new StudyBench({ ...this.#options, ...images, consumers: [], writer: undefined });
    this.#others.set(images, bench);
    return bench;
  }

  /** The group of a model. */
  group(model: StudyModel): DissectionGroup {
    const models = this.#groupOf(model);
    let group = this.#groups.get(models);
    if (group === undefined) this.#groups.set(models, (group = this.#open(models)));
    return group;
  }

  /** Writes the output folder. */
  get writer(): OutputWriter {
    if (this.#options.writer === undefined)
      throw new RangeError('StudyBench: there is nothing to write an output with');
    return this.#options.writer;
  }

  /** What came of a model whose matches are stored: consumers of the caller's own conclude, once. */
  dissected(model: StudyModel): Promise<DissectedModel> {
    const known = this.#dissected.get(model) ?? this.group(model).dissected(model);
    this.#dissected.set(model, known);
    return known;
  }

  /** Lets go of a model that was told of; the last one of a group closes it. */
  async release(model: StudyModel): Promise<void> {
    const models = this.#groupOf(model);
    this.#released.add(model);
    this.group(model).release(model);
    if (models.every((each) => this.#released.has(each.model))) await this.group(model).close();
  }

  /** Lets go of all that is held for other models than one: a worker may go through thousands of them. */
  async turnTo(name: string): Promise<void> {
    for (const other of this.#others.values()) await other.turnTo(name);
    for (const [models, group] of this.#groups) {
      const others = models.filter(({ model }) => model.name !== name);
      for (const { model } of others) group.release(model);
      await group.close();
      if (others.length === models.length) this.#groups.delete(models);
    }
  }

  /** Waits until all that was made is stored. @throws what went wrong while it was stored */
  async settled(): Promise<void> {
    for (const other of this.#others.values()) await other.settled();
    for (const group of this.#groups.values()) await group.settled();
    await this.steps.settled();
  }

  /** Whether the images are passed over several times, as not all models take the same ones. */
  get hasSeveralPasses(): boolean {
    return this.#options.groups.length > 1;
  }

  /** Checks that the maps of layers are likely to fit onto the disk of the store. @throws MachineError `DISK_TOO_SMALL` */
  checkDisk(layers: readonly KeptLayer[]): void {
    const { storeFolder, freeBytes } = this.#options;
    if (this.#keeps && storeFolder !== undefined) checkDisk(storeFolder, layers, freeBytes);
  }

  /** Closes all that is open; what was told can be read afterwards. */
  async close(): Promise<void> {
    for (const other of this.#others.values()) await other.close();
    for (const group of this.#groups.values()) await group.close();
    await this.#threads?.close();
  }

  /** Ends all work. */
  async stop(): Promise<void> {
    for (const other of this.#others.values()) await other.stop();
    for (const group of this.#groups.values()) await group.stop();
    await this.#threads?.close();
  }

  get #keeps(): boolean {
    const { secondPass, sketch } = this.study.runtime;
    return !secondPass && sketch === undefined;
  }

  #groupOf(model: StudyModel): readonly PlacedModel[] {
    const models = this.#options.groups.find((group) => group.some((each) => each.model === model));
    if (models === undefined) throw new RangeError(`${model.name} is no model of this study`);
    return models;
  }

  #open(models: readonly PlacedModel[]): DissectionGroup {
    const { study, source, describe, steps, hashes, consumers = [], signal, onEvent } = this.#options;
    const keeps = this.#keeps;
    const [first] = models as readonly [PlacedModel];
    const pass = new ForwardPass({
      load: source.load(first.model.geometry),
      ...{ runtime: study.runtime, signal, onEvent },
      twinGraph: (twin) => readStep(describe.facts(twin).only, 'graph', this),
      beforePass: (layers) => {
        this.checkDisk(layers);
      },
      checkFiles: (files) => checkFiles(files, hashes, signal),
    });
    const { concepts, ignore = 0 } = source.vocabulary;
    let index: ConceptIndex | undefined;
    const context: GroupContext = {
      ...{ study, steps, describe, pass, keeps, signal, onEvent, consumers, ignore },
      stages: describe.stages,
      threads: () => (this.#threads ??= new UnitThreads(this.#concurrency)),
      shards: new ShardReports(onEvent),
      // Images of which only features are made have none.
      get concepts() {
        return (index ??= indexConcepts(concepts, study.data.labelNames ?? study.data.root ?? study.data.images));
      },
      kept: new HeldShards(study.runtime.keptMapsMegabytes),
    };
    return new DissectionGroup(context, models, this.#options.keepsModels === true);
  }
}

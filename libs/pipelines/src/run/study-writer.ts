import path from 'node:path';
import {
  changeFile,
  type LabelHealth,
  type ManifestInput,
  renderStudy,
  type Replaced,
  type ReportChoices,
  type RunFolder,
  studyChange,
  studyFiles,
  type StudyRecord,
  type StudyTables,
  unitWarnings,
  vocabularyFile,
  writeFiles,
  writeModel,
} from '@intermodel/outputs';
import { familiesOf, type StepFamily } from '@intermodel/steps';
import type { StudyModel } from '@intermodel/studies';
import type { DissectionEvent } from '../dissect/dissect-events.ts';
import { outputRecord } from '../graph/make-study.ts';
import type { OpenedStudy } from '../graph/open-study.ts';
import { inputsOf, outputFolder } from '../graph/output-steps.ts';
import type { OutputWriter, StudyBench } from '../graph/study-bench.ts';
import { readGalleries } from '../graph/unit-gallery.ts';
import { formatResolved } from './resolved-models.ts';

/** What is told over all models. */
export interface StudyResult {
  /** Tables over the models. */
  readonly tables: StudyTables;
  /** What is recorded beside them. */
  readonly record: StudyRecord;
  /** What units can reach with the labels. */
  readonly health: LabelHealth;
}

/** What {@link StudyWriter} is made of. */
export interface StudyWriterOptions {
  /** The study, opened. */
  readonly opened: OpenedStudy;
  /** Files that it reads. */
  readonly inputs: readonly ManifestInput[];
  /** Folder to write. */
  readonly folder: RunFolder;
  /** How the output looks, and the command that makes it again. */
  readonly choices: ReportChoices & { readonly command: string };
  /** Gives the result over all models, once all are done. */
  readonly result: () => Promise<StudyResult>;
  /** Is told of folders of models that are gone. */
  readonly onEvent: (event: DissectionEvent) => void;
}

/** Writes the output folder of a run, and remembers what it wrote. */
export class StudyWriter implements OutputWriter {
  readonly #options: StudyWriterOptions;
  #files: readonly string[] | undefined;

  constructor(options: StudyWriterOptions) {
    this.#options = options;
  }

  /** Writes the tables of a model into its folder. */
  async writeModel(model: StudyModel, family: StepFamily<StudyBench>, bench: StudyBench): Promise<void> {
    const { opened, inputs, folder, choices } = this.#options;
    const begun = performance.now();
    const event = await bench.dissected(model);
    const { study, placed } = opened;
    const record = {
      options: formatResolved({ ...study, models: [model] }, placed, [event]),
      inputs: inputsOf(model, inputs),
      warnings: unitWarnings(event.layers, study.matching),
    };
    const onReplace = () => {
      if (!this.#freezesOutput()) folder.begin();
    };
    const files = await writeModel(outputFolder(family), event.layers, record, study, { ...choices, onReplace });
    await outputRecord(family, bench).remember(files, this.#choices(family), performance.now() - begun);
  }

  /** Writes the tables over models, and the report. */
  async writeReport(family: StepFamily<StudyBench>, bench: StudyBench): Promise<void> {
    const { opened, folder, choices, result } = this.#options;
    const { study } = opened;
    const { tables, record, health } = await result();
    const { gallery } = family.from;
    const galleries = gallery === undefined ? [] : await readGalleries(familiesOf(gallery), bench);
    const begun = performance.now();
    const changed = studyChange(folder.path, tables.points);
    const shown = await renderStudy(tables, record, choices, {
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
      (staging) => writeFiles(staging, studyFiles(tables), record, texts, choices),
      study.models.map(({ name }) => name),
    );
    await outputRecord(family, bench).remember(files, this.#choices(family), performance.now() - begun);
    this.#tellGone(gone);
    this.#files = files;
  }

  /**
   * Files of the tables over models and the report: those that were written, or that stand already; then folders of
   * models that are gone go.
   */
  async written(family: StepFamily<StudyBench>, bench: StudyBench): Promise<readonly string[]> {
    if (this.#files !== undefined) return this.#files;
    const { folder, opened } = this.#options;
    const files = (await outputRecord(family, bench).current()) ?? [];
    const names = opened.study.models.map(({ name }) => name);
    this.#tellGone(folder.tidy(files, names));
    return files;
  }

  /** Whether the files of an output are those that this run would write. */
  async isCurrent(family: StepFamily<StudyBench>, bench: StudyBench): Promise<boolean> {
    // Figures are drawn with the report.
    if (family.kind === 'report' && this.#options.choices.figures !== undefined) return false;
    return (await outputRecord(family, bench).current(this.#choices(family))) !== undefined;
  }

  /** What decides the bytes of an output beside the study. */
  #choices({ kind }: StepFamily<StudyBench>): object {
    const { command, formats = ['html'], spreadsheetCsv = false } = this.#options.choices;
    return {
      ...(kind === 'report' ? { command, formats } : {}),
      // Nothing where it is as ever, so that files of earlier runs are known again.
      ...(spreadsheetCsv ? { spreadsheetCsv } : {}),
    };
  }

  #tellGone(gone: Replaced['gone']): void {
    for (const { model, stays } of gone)
      this.#options.onEvent({
        kind: 'warning',
        subject: model,
        text: `It is no model of the study any more: its ${stays ? 'tables were removed; other files in its folder stay' : 'folder was removed'}. A run that names it again takes what is stored of it.`,
      });
  }

  /** Whether the embedding is frozen in the very folder that is written: it has to stay whole until it was read. */
  #freezesOutput(): boolean {
    const { opened, folder } = this.#options;
    const { frozen } = opened.study.embedding ?? {};
    return frozen !== undefined && path.resolve(frozen) === path.resolve(folder.path);
  }
}

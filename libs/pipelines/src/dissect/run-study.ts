import path from 'node:path';
import { from, lastValueFrom, tap } from 'rxjs';
import type { Study } from '../study-file/study.ts';
import { formatStudy } from '../study-file/format-study.ts';
import { scoreWarnings, UnitWatch, type StudyWarning } from '../warnings.ts';
import { renderStudy, type ReportChoices } from '../render-study.ts';
import { studyFiles, writeFiles, type StudyRecord, type StudyTables } from '../write-study.ts';
import type { DissectedModel, DissectionEvent } from './dissect-events.ts';
import { dissectStudy } from './dissect-study.ts';
import { describedGeometry, openImageSource } from './image-source.ts';
import { labelHealth, vocabularyFile } from './label-health.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import { studyInputs } from './study-inputs.ts';
import { studyTables } from './study-tables.ts';
import { unitGalleries } from './unit-galleries.ts';
import { writeModel } from './write-model.ts';

/** Options of {@link runStudy}. */
export interface RunStudyOptions extends ReportChoices {
  /** Folder to write: a model appears there as soon as it is done, the tables over models at the end. */
  readonly out: string;
  /** Stops the run; what was finished stays. */
  readonly signal?: AbortSignal;
  /** Is told of progress, of models that are done and of warnings. */
  readonly onEvent?: (event: DissectionEvent) => void;
  /** Command that makes the same folder again, for the record. @default 'runStudy' */
  readonly command?: string;
}

/** What {@link runStudy} made. */
export interface StudyRun {
  /** Tables over the models. */
  readonly tables: StudyTables;
  /** What was recorded beside them. */
  readonly record: StudyRecord;
  /** Files of the output folder but for those of the models. */
  readonly files: readonly string[];
  /** Models, with their results. */
  readonly models: readonly DissectedModel[];
}

/**
 * Runs a study to the end: dissects its models, profiles and embeds them, relates them to scores, and writes tables and
 * report.
 *
 * @throws InputError for what the user gave; MachineError for what the machine could not do. What was finished stays.
 */
export async function runStudy(study: Study, options: RunStudyOptions): Promise<StudyRun> {
  const { out, signal, onEvent = () => undefined, command = 'runStudy' } = options;
  const folder = openRunFolder(out);
  try {
    const { source, inputs } = await openInputs(study, folder, options);
    const [warnings, models]: [StudyWarning[], DissectedModel[]] = [[], []];
    const geometry = study.models[0]?.geometry ?? describedGeometry;
    const description = await source.describe(geometry, (done, total) => {
      onEvent({ kind: 'progress', step: 'labels', models: [], done, total });
    });
    signal?.throwIfAborted();
    const health = labelHealth(description, study);
    const take = (event: DissectionEvent) => {
      if (event.kind === 'warning') warnings.push({ subject: event.subject, text: event.text });
      if (event.kind === 'model') {
        const own = unitWarnings(event);
        const ownInputs = inputs.filter(({ role, name }) => role !== 'model' || path.basename(event.model.file) === name);
        const gates = study.diff === undefined ? undefined : { main: study.matching, diff: study.diff.matching };
        writeModel(folder.model(event.model.name), event, { options: formatStudy({ ...study, models: [event.model] }), inputs: ownInputs, warnings: own }, gates);
        warnings.push(...own.map((text) => ({ subject: event.model.name, text })));
        models.push(event);
      }
      onEvent(event);
    };
    await lastValueFrom(dissectStudy(study, { workFolder: folder.work, source, ...(signal === undefined ? {} : { signal }) }).pipe(tap(take)), { defaultValue: undefined });
    signal?.throwIfAborted();
    const watch = new UnitWatch(study.matching.minimumIou);
    const matches = models.flatMap(({ layers }) => layers.map((layer) => layer.matches));
    const tables = await studyTables(study, from(matches).pipe(watch.watch()));
    const record: StudyRecord = { title: study.title, abstract: study.abstract, command, options: formatStudy(study), inputs, warnings: [...health.warnings, ...warnings, ...watch.fewMatches(), ...(tables.points === undefined || tables.scores === undefined ? [] : scoreWarnings(tables.points, tables.summaries, tables.scores))] };
    const galleries = await unitGalleries(study, models);
    const files = writeFiles(out, studyFiles(tables), record, { [vocabularyFile]: health.csv, ...(await renderStudy(tables, record, options, { galleries, gallery: study.gallery, vocabulary: health.rows })) });
    folder.tidy(files, study.models.map(({ name }) => name));
    return { tables, record, files, models };
  } finally {
    folder.removeWork();
  }
}

/** Opens everything that a study reads; leaves no trace of a run if something of it cannot be used. */
async function openInputs(study: Study, folder: RunFolder, { signal, onEvent }: RunStudyOptions) {
  try {
    const source = await openImageSource(study, {
      labelCache: study.runtime.labelCache ?? folder.labels,
      runtime: study.runtime,
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done, total) => onEvent?.({ kind: 'progress', step: 'segmentation', models: [], done, total }),
    });
    return { source, inputs: await studyInputs(study, source) };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

/** What is peculiar about the units of a model, in words. */
function unitWarnings({ layers }: DissectedModel): string[] {
  return layers.flatMap(({ layer, summary }) => {
    const { dead, constant, invalid, neverActive } = summary;
    const saturated = neverActive - dead - constant - invalid;
    const say = (count: number, text: string) => (count > 0 ? [`${layer}: ${String(count)} of ${String(summary.units)} units ${text}`] : []);
    return [
      ...say(invalid, 'have activations that are not finite; they have no threshold and match nothing.'),
      ...say(dead, 'are dead (all activations are 0); they match nothing.'),
      ...say(constant, 'are constant; they match nothing.'),
      ...say(saturated, 'have so many equal largest activations that none lies above the threshold; they match nothing.'),
    ];
  });
}

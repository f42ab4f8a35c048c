import { readClaims } from '@intermodel/claims';
import { relationDefaults } from '@intermodel/cross-task-analysis';
import { checkGate, matchScores, type MatchScoreName } from '@intermodel/concept-matching';
import { readUnitTables, type ModelNameRule, type TextEncoding, UnitSources } from '@intermodel/data-loading';
import {
  embeddingPresets,
  resampleUnitsDefaults,
  type EmbeddingPreset,
  type EmbeddingPresetName,
} from '@intermodel/embedding';
import {
  type ClaimTables,
  type EmbeddingTables,
  manifestInput,
  type RelationTables,
  type ReportChoices,
  scoreWarnings,
  sizeWarnings,
  widthWarnings,
  type StudyRecord,
  UnitWatch,
  type UncertaintyTables,
  writeStudy,
} from '@intermodel/outputs';
import type { MatchRule } from '@intermodel/numerics';
import type { UnitMatchBatch } from '@intermodel/schemas';
import { checkOutputApart } from '@intermodel/streams';
import { lastValueFrom, tap } from 'rxjs';
import { embedUnits } from './embed-units.ts';
import { claimDefaults, judgeStudy, type ClaimChoices } from './multiverse/judge-study.ts';
import {
  checkHasScores,
  checkWithinFamilies,
  familyFileWarnings,
  relateScoreFiles,
  scoreColumnWarnings,
  type RelationChoices,
} from './relate-scores.ts';
import { scoreColumnOf } from './score-column.ts';

/** Options of {@link embedStudy}. */
export interface EmbedStudyOptions
  extends Partial<Omit<EmbeddingPreset, 'modelNames'>>, RelationChoices, ReportChoices {
  /** Unit tables, CSV or Arrow. */
  readonly units: readonly string[];
  /** Score tables, wide or tidy. @default none: nothing is related */
  readonly scores?: readonly string[];
  /** CSV that says what the columns of wide score tables mean. @default those of published tables */
  readonly scoreColumns?: string;
  /** Encoding of CSV tables without a byte-order mark. @default 'utf-8' */
  readonly encoding?: TextEncoding;
  /**
   * Score whose column decides what matches; the usual gate of it is the default then. @default 'iou', the column `iou`
   */
  readonly score?: MatchScoreName;
  /** Folder to write; it appears whole or not at all. */
  readonly out: string;
  /** Choices that the other options change. @default 'default' */
  readonly preset?: EmbeddingPresetName;
  /** Rule for model names. @default that of the preset */
  readonly modelNames?: ModelNameRule;
  /** What makes a match: passing the gate, being significant in tested tables, or both. @default 'gate' */
  readonly match?: MatchRule;
  /** Table of the families of the models: model, family, and reason if it is there. @default every model is its own */
  readonly families?: string;
  /** Claims that are judged, in universes of other choices. @default none are */
  readonly claims?: ClaimChoices | undefined;
  /** Bootstrap replicates, and permutations that components are tested by; 0 leaves both out. @default 200 */
  readonly replicates?: number;
  /** Headline of the report. @default 'Inter-model study' */
  readonly title?: string;
  /** What the study asks and from what, below the headline of the report. @default nothing */
  readonly abstract?: string;
  /** Command that makes the same folder again, for the record. @default 'embedStudy' */
  readonly command?: string;
  /** Works to cite in the report. */
  readonly references?: readonly string[];
  /** Told of every step as it begins. */
  readonly onStep?: (step: string) => void;
}

/** What {@link embedStudy} made. */
export interface EmbeddedStudy {
  /** All tables. */
  readonly tables: EmbeddingTables & Partial<UncertaintyTables & RelationTables & ClaimTables>;
  /** What was recorded beside them. */
  readonly record: StudyRecord;
  /** Names of the files in the output folder. */
  readonly files: readonly string[];
}

/**
 * Goes from unit tables (and scores) to an output folder: profiles, embedding, categories, relations, report.
 *
 * @throws InputError for what the user gave; MachineError for what the machine could not do. Nothing is written then.
 */
export async function embedStudy(options: EmbedStudyOptions): Promise<EmbeddedStudy> {
  const { units, scores = [], out, seed = 0, families, given, claims, onStep = () => undefined } = options;
  const { replicates = resampleUnitsDefaults.replicates } = options;
  const { permutations, permuteWithin, correction } = { ...relationDefaults, ...options };
  checkWithinFamilies({ permuteWithin, families });
  checkHasScores({ scores, families, given });
  checkOutputApart(out, [
    ...units,
    ...scores,
    ...[options.scoreColumns ?? [], families ?? [], claims?.file ?? []].flat(),
  ]);
  const choices = resolveChoices(options);
  // What is wrong with the file itself is told before anything is computed.
  if (claims?.file !== undefined) readClaims(claims.file);
  const { modelNames } = choices;
  onStep('reading unit tables');
  const scored = scoreColumnOf(options.score);
  const { score = 'iou' } = options;
  const { match = 'gate' } = options;
  const watch = new UnitWatch({ score, gate: choices.gate, compareGate: '>', match });
  const csv = options.encoding === undefined ? {} : { encoding: options.encoding };
  const sources = new UnitSources();
  const matches: UnitMatchBatch[] = [];
  const embedding = await sources.placeErrors(
    lastValueFrom(
      readUnitTables(units, {
        ...{ modelNames, onModel: sources.note, score: scored, tested: match !== 'gate', ...csv },
      }).pipe(
        watch.watch(),
        // Universes begin with the units again.
        tap((batch) => (claims === undefined ? 0 : matches.push(batch))),
        embedUnits({ ...choices, score, match, replicates, seed }),
      ),
    ),
  );
  let relations: RelationTables | undefined;
  let passedOver: StudyRecord['warnings'] = [];
  if (scores.length > 0) {
    onStep('relating to scores');
    const { scoreColumns, encoding } = options;
    relations = await relateScoreFiles({
      ...{ ...embedding, scores, scoreColumns, encoding, modelNames, seed },
      ...{ families, given, permutations, permuteWithin, correction },
    });
    passedOver = [
      ...(await scoreColumnWarnings({ scores, scoreColumns, encoding })),
      ...(await familyFileWarnings({ families, encoding, modelNames }, embedding)),
    ];
  }
  if (claims !== undefined) onStep('judging claims');
  const judged =
    claims === undefined
      ? undefined
      : await judgeStudy({ matches, embedding, relations, claims, replicates, correction, seed });
  const tables = { ...embedding, ...relations, ...judged };
  const record: StudyRecord = {
    title: options.title ?? 'Inter-model study',
    abstract: options.abstract,
    command: options.command ?? 'embedStudy',
    options: {
      preset: options.preset ?? 'default',
      ...(score === 'iou' ? {} : { score }),
      ...(match === 'gate' ? {} : { match }),
      ...choices,
      ...csv,
      replicates,
      seed,
      ...(relations === undefined
        ? {}
        : { permutations, permuteWithin, correction, ...(given === undefined ? {} : { given }) }),
      ...(claims === undefined ? {} : { claims: { ...claimDefaults, ...statedClaims(claims) } }),
    },
    inputs: [
      ...units.map((file) => manifestInput('units', file)),
      ...scores.map((file) => manifestInput('scores', file)),
      ...(options.scoreColumns === undefined ? [] : [manifestInput('score columns', options.scoreColumns)]),
      ...(claims?.file === undefined ? [] : [manifestInput('claims', claims.file)]),
      ...(relations === undefined || families === undefined ? [] : [manifestInput('model families', families)]),
    ],
    warnings: [
      ...watch.warnings(),
      ...widthWarnings(embedding.points, embedding.modelUnits, choices.normalisation),
      ...sizeWarnings(embedding.points.numRows, embedding.modelUnits.numRows),
      ...(relations === undefined ? [] : scoreWarnings(embedding.points, embedding.summaries, relations.scores)),
      ...passedOver,
    ],
    ...(options.references === undefined ? {} : { references: options.references }),
  };
  onStep('writing tables and report');
  return { tables, record, files: await writeStudy(out, tables, record, options) };
}

/** The file of claims stands among the inputs. */
function statedClaims({ file: _, ...choices }: ClaimChoices): Omit<ClaimChoices, 'file'> {
  return choices;
}

function resolveChoices(options: EmbedStudyOptions): EmbeddingPreset {
  const { score = 'iou' } = options;
  const preset: EmbeddingPreset = embeddingPresets[options.preset ?? 'default'];
  return {
    gate: checkGate(options.gate ?? (score === 'iou' ? preset.gate : matchScores[score].gate), matchScores[score]),
    normalisation: options.normalisation ?? preset.normalisation,
    components: options.components ?? preset.components,
    clusters: options.clusters ?? preset.clusters,
    exclude: [...new Set([...preset.exclude, ...(options.exclude ?? [])])],
    dropFirstConcept: options.dropFirstConcept ?? preset.dropFirstConcept,
    modelNames: options.modelNames ?? preset.modelNames,
  };
}

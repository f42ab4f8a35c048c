import path from 'node:path';
import { checkClaimedModels, readClaims } from '@intermodel/claims';
import { checkFiles } from '@intermodel/data-loading';
import { unpackTable } from '@intermodel/concept-matching';
import { ImageReplicates } from '@intermodel/embedding';
import type { RelationTables, StudyTables } from '@intermodel/outputs';
import type { UnitMatchBatch, UnitReplicateBatch } from '@intermodel/schemas';
import {
  libraryVersion,
  makeAlone,
  readParts,
  readStep,
  StepFamily,
  type FamilyDefinition,
  type FileHashes,
  type StepMaker,
} from '@intermodel/steps';
import { readArrowBytes } from '@intermodel/streams';
import { twinsOf } from '../twins/compare-twins.ts';
import { readProbes, taskScores } from '../probing/probe-tables.ts';
import { frozenFit, givenModels, optionsEntering, type Study } from '@intermodel/studies';
import { from } from 'rxjs';
import type { StudyBench } from './study-bench.ts';
import {
  claimTables,
  embeddingTables,
  profileGate,
  profileTables,
  relationTables,
  tableParts,
  tablesOfParts,
  uncertaintyTables,
  type EmbeddedTables,
  type ProfileTables,
  type StudyFileTables,
} from './study-tables.ts';

/** Raised for a step whenever the same input would give other bytes, or bytes of another form. */
const codeVersions = { profiles: 3, embedding: 4, bootstrap: 1, relations: 5, claims: 2 } as const;

/** Libraries that compute the tables: another version of them may give other values. */
const libraries = ['apache-arrow', 'ml-matrix', 'ml-pca'].map((name) => `${name} ${libraryVersion(name) ?? ''}`);

/** Wire tables of each step, by the names of their files. */
const parts = {
  profiles: {
    profiles: 'ConceptProfile',
    summaries: 'ProfileSummary',
    significance: 'MatchSurvival',
    twins: 'TwinComparison',
    'model-units': 'ModelUnits',
  },
  embedding: {
    'embedded-profiles': 'ConceptProfile',
    fit: 'FittedEmbedding',
    embedding: 'EmbeddingPoint',
    loadings: 'ConceptLoading',
    variance: 'ComponentVariance',
    clusters: 'ClusterQuality',
    categories: 'CategoryTrait',
  },
  bootstrap: {
    'summary-intervals': 'SummaryInterval',
    'profile-intervals': 'ProfileInterval',
    clouds: 'EmbeddingCloud',
    pairs: 'ModelPair',
    'loading-intervals': 'LoadingInterval',
  },
  relations: {
    scores: 'TaskScore',
    relations: 'TaskRelation',
    concepts: 'ConceptRelation',
    power: 'RelationPower',
    families: 'ModelFamily',
    surfaces: 'PerformanceSurface',
    'surface-errors': 'SurfaceError',
  },
  claims: {
    claims: 'ClaimVerdict',
    universes: 'Universe',
    'universe-effects': 'UniverseEffect',
    choices: 'ChoiceInfluence',
  },
} as const;

/** Last steps of the layers of a study, under its preset. */
export interface ConcludedLayer {
  /** Matches, with tests and intervals where there are any. */
  readonly matches: StepFamily<StudyBench>;
  /** What units match when images are drawn anew, in rounds; none where images are not resampled. */
  readonly replicates: readonly StepFamily<StudyBench>[];
}

/** The steps that make the tables over the models of a study; each part is the table of an output file. */
export interface TableSteps {
  /** Profiles of the models, and their summaries. */
  readonly profiles: StepFamily<StudyBench>;
  /** The embedding, or the places of the models in an earlier one; undefined: there is none. */
  readonly embedding: StepFamily<StudyBench> | undefined;
  /** Intervals of counts and clouds of the embedding; undefined: none are asked for. */
  readonly bootstrap: StepFamily<StudyBench> | undefined;
  /** Relations to scores; undefined: there are none. */
  readonly relations: StepFamily<StudyBench> | undefined;
  /** Verdicts on claims; undefined: none are judged. */
  readonly claims: StepFamily<StudyBench> | undefined;
}

/** Hashes of the files that the tables are made of, by their paths. */
export async function hashTableFiles(study: Study, hashes: FileHashes): Promise<ReadonlyMap<string, string>> {
  const {
    scores,
    scoreColumns,
    relations: { families },
    claims,
  } = study;
  const files = new Map<string, string>();
  for (const file of [frozenFit(study), scoreColumns, families, claims?.file, ...scores])
    if (file !== undefined) files.set(file, await hashes.hash(file));
  return files;
}

/**
 * The steps over the models of a study.
 *
 * @param study choices and files of the tables
 * @param layers all layers
 * @param files hashes of the files that are read
 * @param probes scores on tasks of the study. @default none
 */
export function tableSteps(
  study: Study,
  layers: readonly ConcludedLayer[],
  files: ReadonlyMap<string, string>,
  probes?: StepFamily<StudyBench>,
): TableSteps {
  const { embedding, scores, scoreColumns } = study;
  const matches = layers.map((layer) => layer.matches);
  const read = (role: string, file: string | undefined): Record<string, string> =>
    file === undefined ? {} : { [`${role} ${path.basename(file)}`]: files.get(file) as string };
  const frozen = read('embedding', frozenFit(study));
  // An earlier embedding brings choices of its own.
  const optionsOf = (kind: 'profiles' | 'embedding') =>
    embedding?.frozen === undefined ? optionsEntering(kind, study) : {};
  // Names in matches do not tell which models are untrained.
  const twins = twinsOf(study);
  const profiles = family('profiles', {
    // The order of models and layers does not matter to them.
    from: { matches: { by: 'all', families: matches.toSorted(byKey) } },
    files: () => frozen,
    options: { ...optionsOf('profiles'), ...(twins.length === 0 ? {} : { twins }) },
    maker: makeTables(async (bench) => profileTables(bench.study, from(await readAllMatches(layers, bench))), files),
  });
  if (embedding === undefined)
    return {
      ...{ profiles, bootstrap: bootstrapStep(study, layers, profiles) },
      ...{ embedding: undefined, relations: undefined, claims: undefined },
    };
  const embedded = family('embedding', {
    from: { profiles: { by: 'one', family: profiles } },
    files: () => frozen,
    options: { ...optionsOf('embedding'), ...(twins.length === 0 ? {} : { twins }) },
    maker: makeTables(async (bench) => {
      const { profiles: table } = (await readTables(profiles, bench)) as ProfileTables;
      return embeddingTables(bench.study, table);
    }, files),
  });
  const bootstrap = bootstrapStep(study, layers, profiles, embedded);
  // What is wrong with the file itself is told before anything is run.
  if (study.claims?.file !== undefined && embedding.frozen === undefined) {
    const names = givenModels(study).map(({ name }) => name);
    const embeddedNames = names.filter((name) => !embedding.exclude.includes(name));
    checkClaimedModels(readClaims(study.claims.file), embeddedNames, names);
  }
  const claimStep = (fitted: StepFamily<StudyBench>, related?: StepFamily<StudyBench>) =>
    study.claims === undefined || embedding.frozen !== undefined
      ? undefined
      : family('claims', {
          from: {
            // Universes begin with the units again.
            matches: { by: 'all', families: matches.toSorted(byKey) },
            ...replicatesOf(layers),
            embedding: { by: 'one', family: fitted },
            ...(related === undefined ? {} : { relations: { by: 'one', family: related } }),
          },
          beside: { profiles: { by: 'one', family: profiles } },
          files: () => read('claims', study.claims?.file),
          options: optionsEntering('claims', study),
          maker: makeTables(async (bench) => {
            const embeddedTables = (await readTables(fitted, bench)) as EmbeddedTables | undefined;
            if (embeddedTables === undefined) return undefined;
            const profiled = (await readTables(profiles, bench)) as ProfileTables;
            const relations = related === undefined ? undefined : await readTables(related, bench);
            return claimTables(
              bench.study,
              await readAllMatches(layers, bench),
              { ...profiled, ...embeddedTables },
              relations as RelationTables | undefined,
              await readReplicates(layers, bench),
            );
          }, files),
        });
  if (scores.length === 0 && probes === undefined)
    return { profiles, embedding: embedded, bootstrap, relations: undefined, claims: claimStep(embedded) };
  const related = family('relations', {
    from: {
      embedding: { by: 'one', family: embedded },
      ...(probes === undefined ? {} : { probes: { by: 'one', family: probes } }),
    },
    beside: { profiles: { by: 'one', family: profiles } },
    // Rows come in the order of the files, which is therefore part of their roles.
    files: () =>
      Object.assign(
        read('score columns', scoreColumns),
        read('families', study.relations.families),
        ...scores.map((file, index) => read(scores.length === 1 ? 'scores' : `scores ${String(index + 1)}`, file)),
      ) as Record<string, string>,
    options: optionsEntering('relations', study),
    maker: makeTables(async (bench) => {
      const embeddedTables = (await readTables(embedded, bench)) as EmbeddedTables | undefined;
      if (embeddedTables === undefined) return undefined;
      const profiled = (await readTables(profiles, bench)) as ProfileTables;
      const probed =
        probes === undefined ? undefined : taskScores((await readProbes(probes, bench)).tables.probeScores);
      return relationTables(bench.study, { ...profiled, ...embeddedTables }, probed);
    }, files),
  });
  return { profiles, embedding: embedded, bootstrap, relations: related, claims: claimStep(embedded, related) };
}

/** What comes of other images, or other units: of the counts and, where there is one, of the embedding. */
function bootstrapStep(
  study: Study,
  layers: readonly ConcludedLayer[],
  profiles: StepFamily<StudyBench>,
  embedded?: StepFamily<StudyBench>,
): StepFamily<StudyBench> | undefined {
  if (study.resampling.replicates === 0) return undefined;
  return family('bootstrap', {
    from: {
      ...replicatesOf(layers),
      // What makes a match may be a test.
      ...(layers.some(({ replicates }) => replicates.length > 0)
        ? { matches: { by: 'all', families: layers.map(({ matches }) => matches).toSorted(byKey) } }
        : {}),
      profiles: { by: 'one', family: profiles },
      ...(embedded === undefined ? {} : { embedding: { by: 'one', family: embedded } }),
    },
    // The fit of the embedding says how its profiles were weighted.
    options: {
      ...optionsEntering('bootstrap', study),
      ...(study.embedding?.frozen === undefined ? {} : { frozen: true }),
    },
    maker: makeTables(async (bench) => {
      const profiled = (await readTables(profiles, bench)) as ProfileTables;
      const tables = embedded === undefined ? undefined : await readTables(embedded, bench);
      const drawn = await readReplicates(layers, bench);
      return uncertaintyTables(bench.study, profiled, tables as EmbeddedTables | undefined, drawn);
    }, new Map()),
  });
}

/** Matches of all layers, in the order of the study, whatever that of the keys. */
async function readAllMatches(
  layers: readonly ConcludedLayer[],
  bench: StudyBench,
): Promise<readonly UnitMatchBatch[]> {
  const batches: UnitMatchBatch[] = [];
  for (const { matches } of layers) batches.push(await readMatches(matches, bench));
  return batches;
}

/** The steps of replicates over images, if there are any. */
function replicatesOf(layers: readonly ConcludedLayer[]): FamilyDefinition<StudyBench>['from'] {
  const families = layers.flatMap(({ replicates }) => replicates).toSorted(byKey);
  return families.length === 0 ? {} : { replicates: { by: 'all', families } };
}

/** Replicates over images of all models, if there are any; the tables of one layer are held at a time. */
async function readReplicates(
  layers: readonly ConcludedLayer[],
  bench: StudyBench,
): Promise<ImageReplicates | undefined> {
  if (layers.every(({ replicates }) => replicates.length === 0)) return undefined;
  const drawn = new ImageReplicates(profileGate(bench.study));
  for (const { matches, replicates } of layers) {
    const rounds: UnitReplicateBatch[] = [];
    for (const { only } of replicates) rounds.push(unpackTable(await readStep(only, 'replicates', bench)));
    drawn.add({ matches: await readMatches(matches, bench), replicates: rounds });
  }
  return drawn;
}

async function readMatches(family: StepFamily<StudyBench>, bench: StudyBench): Promise<UnitMatchBatch> {
  const bytes = await readStep(family.only, 'matches', bench);
  return readArrowBytes(bytes, 'matches of a stored step').batches[0] as unknown as UnitMatchBatch;
}

/** All tables of a study that were made. */
export async function readStudyTables(
  { profiles, embedding, bootstrap, relations, claims }: TableSteps,
  bench: StudyBench,
): Promise<StudyTables> {
  let tables: StudyFileTables = {};
  for (const each of [profiles, embedding, bootstrap, relations, claims])
    if (each !== undefined) tables = { ...tables, ...(await readTables(each, bench)) };
  return tables as StudyTables;
}

/** Tables of a step that was made; undefined where there are none. */
async function readTables(each: StepFamily<StudyBench>, bench: StudyBench): Promise<StudyFileTables | undefined> {
  return tablesOfParts(await readParts(each.only, bench));
}

/** Makes tables of stored ones and of files, which must be what they were when they were hashed. */
function makeTables(
  compute: (bench: StudyBench) => Promise<StudyFileTables | undefined>,
  files: ReadonlyMap<string, string>,
): StepMaker<StudyBench> {
  return makeAlone(async (_, __, bench) => {
    const tables = await compute(bench);
    await checkFiles(files, bench.hashes);
    return tableParts(tables);
  });
}

function family(
  kind: keyof typeof codeVersions,
  definition: Omit<FamilyDefinition<StudyBench>, 'kind' | 'codeVersion' | 'parts' | 'isResult'>,
): StepFamily<StudyBench> {
  const codeVersion = [String(codeVersions[kind]), ...libraries].join(', ');
  return new StepFamily({ kind, codeVersion, parts: parts[kind], isResult: true, ...definition });
}

function byKey(a: StepFamily<StudyBench>, b: StepFamily<StudyBench>): number {
  return a.only.key < b.only.key ? -1 : a.only.key > b.only.key ? 1 : 0;
}

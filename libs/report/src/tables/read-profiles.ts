import {
  conceptProfileSchema,
  matchSurvivalSchema,
  profileSummarySchema,
  twinComparisonSchema,
} from '@intermodel/schemas';
import { readTable } from './batch-rows.ts';
import { compareNames } from './name-order.ts';
import type { ReportTables } from './report-tables.ts';
import type { Concept, Profiles, Summary, Survival, Twin } from './study.ts';

const none: Summary = { matches: 0, unique: 0, redundancy: Number.NaN };

/** Reads profiles and summaries into matrices over sorted models and concepts. */
export function readProfiles({
  profiles = [],
  summaries = [],
  significance,
  twins,
}: Pick<ReportTables, 'profiles' | 'summaries' | 'significance' | 'twins'>): Profiles {
  const table = readTable(conceptProfileSchema, profiles);
  const model = table.text('model');
  const concept = table.text('concept');
  const category = table.text('category');
  const [units, weight] = [table.numbers('units'), table.numbers('weight')];
  const summary = readSummaries(summaries);

  const models = [...new Set([...model, ...summary.keys()])].sort(compareNames);
  const totals = new Map<string, number>();
  const byKey = new Map<string, Concept>();
  category.forEach((name, row) => {
    totals.set(name, (totals.get(name) ?? 0) + (units[row] as number));
    const label = concept[row] as string;
    const key = conceptKey(label, name);
    if (!byKey.has(key)) byKey.set(key, { concept: label, category: name });
  });
  for (const rows of summary.values()) for (const name of rows.keys()) if (!totals.has(name)) totals.set(name, 0);
  const categories = [...totals.keys()].sort(
    (a, b) => (totals.get(b) as number) - (totals.get(a) as number) || compareNames(a, b),
  );
  const concepts = [...byKey.values()].sort(
    (a, b) => compareNames(a.category, b.category) || compareNames(a.concept, b.concept),
  );

  const modelIndex = new Map(models.map((name, index) => [name, index]));
  const conceptIndex = new Map(concepts.map((entry, index) => [conceptKey(entry.concept, entry.category), index]));
  const unitMatrix = new Int32Array(models.length * concepts.length);
  const weightMatrix = new Float64Array(unitMatrix.length);
  model.forEach((name, row) => {
    const at =
      (modelIndex.get(name) as number) * concepts.length +
      (conceptIndex.get(conceptKey(concept[row] as string, category[row] as string)) as number);
    unitMatrix[at] = units[row] as number;
    weightMatrix[at] = weight[row] as number;
  });
  return {
    models,
    concepts,
    categories,
    units: unitMatrix,
    weights: weightMatrix,
    summaries: models.map((name) => categories.map((each) => summary.get(name)?.get(each) ?? none)),
    ...(significance === undefined ? {} : { survival: readSurvival(significance, models) }),
    ...(twins === undefined ? {} : { twins: readTwins(twins) }),
  };
}

/** Text under which a (label, category) pair is found; the two never run into each other. */
export function conceptKey(concept: string, category: string): string {
  return `${category}\u0000${concept}`;
}

/** Matches, unique concepts and redundancy of a model over all categories. */
export function totalSummary(summaries: readonly Summary[]): Summary {
  const matches = summaries.reduce((sum, each) => sum + each.matches, 0);
  const unique = summaries.reduce((sum, each) => sum + each.unique, 0);
  return { matches, unique, redundancy: unique === 0 ? Number.NaN : matches / unique };
}

/** Sums the rows of each model over its categories. */
function readSurvival(batches: NonNullable<ReportTables['significance']>, models: readonly string[]): Survival[] {
  const table = readTable(matchSurvivalSchema, batches);
  const model = table.text('model');
  const total = (name: string, column: 'units' | 'passing' | 'significant' | 'surviving' | 'survivingRoll') =>
    table.numbers(column).reduce((sum, count, row) => (model[row] === name ? sum + count : sum), 0);
  return models.map((name) => ({
    units: total(name, 'units'),
    passing: total(name, 'passing'),
    significant: total(name, 'significant'),
    surviving: total(name, 'surviving'),
    survivingRoll: total(name, 'survivingRoll'),
  }));
}

function readTwins(batches: NonNullable<ReportTables['twins']>): ReadonlyMap<string, Twin> {
  const table = readTable(twinComparisonSchema, batches);
  const names = table.text('twin');
  const [units, matches] = [table.numbers('units'), table.numbers('matches')];
  const [twinUnits, twinMatches] = [table.numbers('twinUnits'), table.numbers('twinMatches')];
  return new Map(
    table.text('model').map((model, row) => [
      model,
      {
        name: names[row] as string,
        units: twinUnits[row] as number,
        matches: twinMatches[row] as number,
        unitsOfModel: units[row] as number,
        matchesOfModel: matches[row] as number,
      },
    ]),
  );
}

function readSummaries(batches: NonNullable<ReportTables['summaries']>): Map<string, Map<string, Summary>> {
  const table = readTable(profileSummarySchema, batches);
  const [model, category] = [table.text('model'), table.text('category')];
  const matches = table.numbers('matches');
  const unique = table.numbers('unique');
  const redundancy = table.numbers('redundancy');
  const byModel = new Map<string, Map<string, Summary>>();
  model.forEach((name, row) => {
    let rows = byModel.get(name);
    if (rows === undefined) byModel.set(name, (rows = new Map<string, Summary>()));
    rows.set(category[row] as string, {
      matches: matches[row] as number,
      unique: unique[row] as number,
      redundancy: redundancy[row] as number,
    });
  });
  return byModel;
}

import { fewModelsSentence, tellsCategories, tellsComponents } from './few-models.ts';
import { columnWords, outcomeWords, moreOf, predictorWords } from './predictor-words.ts';
import { counted, decimals, listed, percent, probabilityStatement, whole } from '../page/number-text.ts';
import { categoryLetter } from '../page/palette.ts';
import { partialWords, rangeWords, unmetReasons } from './relation-verdict.ts';
import { gapSentence, keptSentence } from './uncertainty-words.ts';
import type { Relation, Study, Tasks } from '../tables/study.ts';

/** What a finding rests on. */
export type FindingKind = 'supported' | 'unsupported' | 'description';

/** One sentence or two that the tables allow to be said. */
export interface Finding {
  /** Whether it is a supported relation, the lack of support, or a description of the tables. */
  readonly kind: FindingKind;
  /** Plain text. */
  readonly text: string;
}

/** Supported relations that are put in words at most; the tables hold them all. */
export const supportedFindingsShown = 2;

/** Findings that a report states at most: what is supported first, descriptions last. */
export const findingsShown = 5;

/**
 * Puts the results in words. A relation is stated only where the table marks it as supported; where there is none,
 * that is what is said.
 */
export function findings(study: Study): readonly Finding[] {
  const all = [
    ...(study.tasks === undefined ? [] : relationFindings(study.tasks)),
    ...embeddingFindings(study),
    ...profileFindings(study),
  ];
  const ofKind = (kind: FindingKind): readonly Finding[] => all.filter((finding) => finding.kind === kind);
  return [...ofKind('supported'), ...ofKind('unsupported'), ...ofKind('description')].slice(0, findingsShown);
}

function embeddingFindings({ embedding, profiles }: Study): Finding[] {
  if (embedding === undefined) return [];
  const { ratios, components, points, groups } = embedding;
  const found: Finding[] = [];
  const [first] = ratios;
  if (first !== undefined && tellsComponents(embedding)) {
    const together = ratios.slice(0, components).reduce((sum, ratio) => sum + ratio, 0);
    found.push({
      kind: 'description',
      text: `Component 1 holds ${percent(first)} of the variance between the concept profiles of ${counted(points.length, 'model')}, the first ${counted(components, 'component')} together ${percent(together)}.${spaced(keptSentence(embedding))}`,
    });
  }
  if (tellsCategories(embedding)) {
    const members = Array.from(
      { length: groups },
      (_, group) =>
        `category ${categoryLetter(group)} has ${counted(points.filter((point) => point.group === group).length, 'model')}`,
    );
    const totals = Array.from({ length: groups }, (_, group) =>
      groupMatches(
        profiles,
        points.filter((point) => point.group === group).map(({ model }) => model),
      ),
    );
    const most = totals.indexOf(Math.max(...totals));
    found.push({
      kind: 'description',
      text: `The models fall into ${counted(groups, 'category', 'categories')}: ${listed(members)}. Models of category ${categoryLetter(most)} have the most matching units (${whole(totals[most] ?? Number.NaN)} on average).${spaced(gapSentence(embedding))}`,
    });
  }
  const few = fewModelsSentence(embedding);
  if (few !== undefined) found.push({ kind: 'description', text: few });
  return found;
}

/** A sentence behind others, or nothing. */
function spaced(sentence: string | undefined): string {
  return sentence === undefined ? '' : ` ${sentence}`;
}

/** Who matches most and least, and the concept with most units: what a study says that has nothing else. */
function profileFindings({ profiles }: Study): Finding[] {
  const { models, concepts, units, summaries } = profiles;
  if (models.length === 0 || concepts.length === 0) return [];
  const totals = summaries.map((rows) => rows.reduce((sum, { matches }) => sum + matches, 0));
  const most = totals.indexOf(Math.max(...totals));
  const least = totals.indexOf(Math.min(...totals));
  const said = (model: number): string => `${models[model] ?? ''} (${whole(totals[model] ?? Number.NaN)})`;
  const sums = concepts.map((_, concept) =>
    models.reduce((sum, _name, model) => sum + (units[model * concepts.length + concept] ?? 0), 0),
  );
  const largest = sums.indexOf(Math.max(...sums));
  const holders = models.filter((_, model) => (units[model * concepts.length + largest] ?? 0) > 0).length;
  return [
    {
      kind: 'description',
      text:
        models.length === 1
          ? `${models[0] ?? ''} has ${counted(totals[0] ?? 0, 'matching unit')} for ${counted(sums.filter((sum) => sum > 0).length, 'concept')}.`
          : `${said(most)} has the most matching units of the ${counted(models.length, 'model')}, ${said(least)} the fewest.`,
    },
    {
      kind: 'description',
      text: `The concept with most units is ${concepts[largest]?.concept ?? ''} (${concepts[largest]?.category ?? ''}): ${counted(sums[largest] ?? 0, 'unit')} in ${holders === models.length ? (models.length === 1 ? 'the model' : `all ${counted(models.length, 'model')}`) : `${String(holders)} of ${counted(models.length, 'model')}`}.`,
    },
  ];
}

function groupMatches({ models, summaries }: Study['profiles'], names: readonly string[]): number {
  const totals = names.map((name) =>
    (summaries[models.indexOf(name)] ?? []).reduce((sum, { matches }) => sum + matches, 0),
  );
  return totals.reduce((sum, total) => sum + total, 0) / Math.max(1, totals.length);
}

function relationFindings(tasks: Tasks): Finding[] {
  const { relations } = tasks;
  if (relations.length === 0) return [];
  const byStrength = relations
    .filter(({ pearson }) => Number.isFinite(pearson))
    .sort((a, b) => Math.abs(b.pearson) - Math.abs(a.pearson));
  const supported = byStrength.filter((relation) => relation.supported);
  const stated = supported
    .slice(0, supportedFindingsShown)
    .map((relation): Finding => ({ kind: 'supported', text: supportedSentence(tasks, relation) }));
  return [...stated, supportSentence(tasks, supported.length, byStrength[0]), ...conceptFindings(tasks)];
}

function supportSentence(tasks: Tasks, supported: number, strongest: Relation | undefined): Finding {
  const count = counted(tasks.relations.length, 'relation');
  const {
    rule: words,
    power: [power],
  } = tasks.rules;
  const rule = words === '' ? '' : ` (${words})`;
  if (supported > 0) {
    const rest = tasks.relations.length - supported;
    const others =
      rest > 1
        ? `; the other ${String(rest)} are not, whatever their correlation`
        : rest === 1
          ? '; the other one is not, whatever its correlation'
          : '';
    return {
      kind: 'unsupported',
      text: `${String(supported)} of ${count} ${supported === 1 ? 'is' : 'are'} supported${rule}${others}.`,
    };
  }
  const example =
    strongest === undefined
      ? ''
      : ` The strongest, ${relationWords(tasks, strongest)} (r\u00a0=\u00a0${decimals(strongest.pearson, 2)}, n\u00a0=\u00a0${String(strongest.n)}), is not, since ${listed(unmetReasons(strongest, tasks.rules))}.`;
  return {
    kind: 'unsupported',
    text: `None of the ${count} between models’ profiles and task scores is supported: none meets the whole rule${rule}.${example}${power === undefined ? '' : ` ${power}`}`,
  };
}

function supportedSentence(tasks: Tasks, relation: Relation): string {
  const column = tasks.columns[relation.column];
  const without = `without any one ${tasks.rules.hasFamilies ? 'family' : 'model'}`;
  return `Models with ${moreOf(relation.predictor)} do ${outcomeWords(column, relation.pearson)}: r\u00a0=\u00a0${decimals(relation.pearson, 2)}, 95 % interval ${decimals(relation.low, 2)} to ${decimals(relation.high, 2)}, ${probabilityStatement('q', relation.q)}, n\u00a0=\u00a0${String(relation.n)} models; ${without} ${rangeWords(relation.lofoLow, relation.lofoHigh)}, given the number of matching units ${partialWords(relation.partialUnits, relation.partialUnitsP)}. This is an association, not a cause.`;
}

function conceptFindings({ conceptLinks, columns, rules }: Tasks): Finding[] {
  const defined = conceptLinks.filter(({ pearson }) => Number.isFinite(pearson));
  if (defined.length === 0) return [];
  const supported = defined.filter((link) => link.supported).sort((a, b) => Math.abs(b.pearson) - Math.abs(a.pearson));
  const [first] = supported;
  if (first === undefined) {
    return [
      {
        kind: 'unsupported',
        text: `No single concept is supported as what a task needs, among ${counted(defined.length, 'pair')} of concept and score.${rules.conceptPower
          .slice(0, 1)
          .map((words) => ` ${words}`)
          .join('')}`,
      },
    ];
  }
  const column = columns[first.column];
  return [
    {
      kind: 'supported',
      text: `${String(supported.length)} of ${counted(defined.length, 'pair')} of a single concept and a score ${supported.length === 1 ? 'is' : 'are'} supported; the strongest is ${first.concept} (${first.category}) with ${column === undefined ? '' : columnWords(column)}: r\u00a0=\u00a0${decimals(first.pearson, 2)}, ${probabilityStatement('q', first.q)}, n\u00a0=\u00a0${String(first.n)}.`,
    },
  ];
}

function relationWords({ columns }: Tasks, { predictor, column }: Relation): string {
  const target = columns[column];
  return `${predictorWords(predictor)} with ${target === undefined ? '' : columnWords(target)}`;
}

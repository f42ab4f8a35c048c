import { codeParts } from './words/code-parts.ts';
import { counted } from './page/number-text.ts';
import { categoryLetter } from './page/palette.ts';
import { escapeMarkdown, type TableView } from './page/table-view.ts';
import { claimTable } from './study-tables/claim-tables.ts';
import { changeTable } from './study-tables/change-table.ts';
import { pointTable, qualityTable, traitTable, varianceTable } from './study-tables/embedding-tables.ts';
import { modelTable } from './study-tables/model-table.ts';
import { nearestTable, reachTable } from './study-tables/uncertainty-tables.ts';
import { inputTable, vocabularyTable } from './study-tables/study-fact-tables.ts';
import { bestTable, differenceTable, probeScoreTable } from './study-tables/probe-tables.ts';
import { conceptLinkTable, familyTable, relationTable, surfaceTable } from './study-tables/task-tables.ts';
import { probesTitle } from './sections/probes.ts';
import { readStudy } from './tables/read-study.ts';
import type { Probes } from './tables/probes.ts';
import type { ReportTables } from './tables/report-tables.ts';
import type { StatedFact } from './tables/study-facts.ts';
import type { Study, Tasks } from './tables/study.ts';
import { changeSentences } from './words/change-words.ts';
import { claimRule, claimsTitle, verdictCounts } from './words/claim-words.ts';
import { emphasisParts } from './words/emphasis-parts.ts';
import { findings } from './words/findings.ts';
import { unmetSummary } from './words/relation-verdict.ts';
import { ellipseWords, gapSentence, groupSentence, keptSentence } from './words/uncertainty-words.ts';
import { differenceMethod, orderWords, probeMethod } from './words/probe-words.ts';

/** Options of {@link renderMarkdown}. */
export interface MarkdownOptions {
  /** Rows of each table at most, at least 1; what is left out is said. @default 40 */
  readonly tableRows?: number;
}

/** What {@link renderMarkdown} takes where nothing is said. */
export const markdownDefaults = { tableRows: 40 } as const satisfies MarkdownOptions;

/** Concepts listed for each score. */
const conceptsPerScore = 3;

/**
 * Renders a study as Markdown for terminals and pull requests: the findings and the tables of the page, without its
 * figures.
 */
export function renderMarkdown(tables: ReportTables, options: MarkdownOptions = {}): string {
  const { tableRows = markdownDefaults.tableRows } = options;
  const study = readStudy(tables);
  const parts = [heading(study), findingList(study), ...sections(study, tableRows), facts(study)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function heading({ facts: { title, abstract } }: Study): string {
  return [`# ${escapeMarkdown(title)}`, ...(abstract === undefined ? [] : [escapeMarkdown(abstract)])].join('\n\n');
}

function findingList(study: Study): string {
  const kinds = { supported: 'Supported', unsupported: 'Not supported', description: 'Description' } as const;
  const lines = findings(study).map(({ kind, text }) => `- **${kinds[kind]}:** ${escapeMarkdown(text)}`);
  return lines.length === 0 ? '' : `## Findings\n\n${lines.join('\n')}`;
}

function sections(study: Study, rows: number): readonly string[] {
  const { embedding, probes, tasks, claims, vocabulary, change } = study;
  return [
    ...(embedding === undefined
      ? []
      : [
          '## Embedding',
          table(pointTable(embedding), rows),
          table(varianceTable(embedding), rows),
          ...members(study),
          table(traitTable(embedding), rows),
          table(qualityTable(embedding), rows),
          ...sureness(study, rows),
        ]),
    ...(change === undefined
      ? []
      : [
          '## Since the last run',
          changeSentences(change).map(escapeMarkdown).join('\n\n'),
          table(changeTable(change), rows),
        ]),
    ...(study.hasProfiles ? ['## Models', table(modelTable(study), rows)] : []),
    ...(probes === undefined ? [] : probeParts(probes, rows)),
    ...(tasks === undefined
      ? []
      : [
          '## Tasks',
          ...relationParts(tasks),
          table(relationTable(tasks), rows),
          table(familyTable(tasks), rows),
          table(surfaceTable(tasks), rows),
          table(conceptLinkTable(tasks, conceptsPerScore), rows),
        ]),
    ...(claims === undefined
      ? []
      : [
          `## ${claimsTitle}`,
          ruleText(),
          escapeMarkdown(verdictCounts(claims.claims)),
          table(claimTable(claims), rows),
        ]),
    ...(vocabulary.length === 0 ? [] : ['## Vocabulary', table(vocabularyTable(vocabulary), rows)]),
  ];
}

/** By which rule relations are supported, what so few models can show, and what the others lack. */
function relationParts({ rules, relations }: Tasks): readonly string[] {
  if (relations.length === 0) return [];
  const supported = relations.filter((relation) => relation.supported).length;
  return [
    `${String(supported)} of ${counted(relations.length, 'relation')} ${supported === 1 ? 'is' : 'are'} supported${rules.rule === '' ? '' : ` (${rules.rule})`}.`,
    unmetSummary(relations, rules),
    ...rules.power,
  ]
    .filter((part) => part !== '')
    .map(escapeMarkdown);
}

/** By which rule claims hold, its verdicts stressed. */
function ruleText(): string {
  return emphasisParts(claimRule)
    .map(({ text, isStressed }) => (isStressed ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text)))
    .join('');
}

/** How sure components, groups and nearest models are. */
function sureness({ embedding, uncertainty }: Study, rows: number): readonly string[] {
  if (embedding === undefined) return [];
  const sentences = [keptSentence(embedding), gapSentence(embedding), groupSentence(embedding, uncertainty)].filter(
    (sentence) => sentence !== undefined,
  );
  return [
    ...(sentences.length === 0 ? [] : [escapeMarkdown(sentences.join(' '))]),
    ...(uncertainty === undefined || uncertainty.clouds.size === 0
      ? []
      : [
          table(reachTable(embedding, uncertainty), rows),
          escapeMarkdown(ellipseWords(uncertainty)),
          table(nearestTable(uncertainty), rows),
        ]),
  ];
}

function probeParts(probes: Probes, rows: number): readonly string[] {
  return [
    `## ${probesTitle}`,
    ...probeMethod(probes).map(escapeMarkdown),
    ...(probes.models.length > 1 ? [orderWords] : []),
    ...probes.tasks.map((task) => table(probeScoreTable('', task), rows)),
    escapeMarkdown(differenceMethod(probes)),
    table(bestTable(probes), rows),
    table(differenceTable(probes), rows),
  ];
}

function table(view: TableView, rows: number): string {
  if (view.rows === 0) return '';
  const rest = view.rows > rows ? `\n\n_${counted(view.rows - rows, 'more row')}._` : '';
  return `### ${escapeMarkdown(view.caption)}\n\n${view.markdown(rows)}${rest}`;
}

function members({ embedding }: Study): readonly string[] {
  if (embedding === undefined) return [];
  const lines = Array.from(
    { length: embedding.groups },
    (_, group) =>
      `- Category of models ${categoryLetter(group)}: ${embedding.points
        .filter((point) => point.group === group)
        .map(({ model }) => escapeMarkdown(model))
        .join(', ')}`,
  );
  return [lines.join('\n')];
}

function facts({
  facts: { warnings = [], options = [], inputs = [], versions = [], command, references = [], title, ...rest },
}: Study): string {
  const list = (name: string, all: readonly StatedFact[]): readonly string[] =>
    all.length === 0
      ? []
      : [`### ${name}`, all.map((fact) => `- ${escapeMarkdown(fact.name)}: ${escapeMarkdown(fact.value)}`).join('\n')];
  return [
    '## Method and provenance',
    ...(warnings.length === 0
      ? []
      : [
          '### Warnings',
          warnings
            .map(({ subject, text }) => `- ${subject === '' ? '' : `**${escapeMarkdown(subject)}** `}${withCode(text)}`)
            .join('\n'),
        ]),
    ...list('Options', options),
    ...(inputs.length === 0 ? [] : [table(inputTable({ title, ...rest, inputs }), inputs.length)]),
    ...list('Versions', versions),
    ...(references.length === 0
      ? []
      : ['### References', references.map((work) => `- ${escapeMarkdown(work)}`).join('\n')]),
    ...(command === undefined ? [] : ['### How to reproduce', codeBlock(command)]),
  ].join('\n\n');
}

/** A message whose settings stay code. */
function withCode(message: string): string {
  return codeParts(message)
    .map(({ text, isCode }) => (isCode ? `\`${text}\`` : escapeMarkdown(text)))
    .join('');
}

/** Code between fences that are longer than any run of backticks in it. */
function codeBlock(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/gu) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${code}\n${fence}`;
}

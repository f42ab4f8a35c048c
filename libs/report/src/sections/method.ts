import { dataTable } from '../page/data-table.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, percent, decimals } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import type { StatedFact, StudyFacts } from '../tables/study-facts.ts';
import type { VocabularyHealth } from '../tables/vocabulary-health.ts';

/** The last section: warnings, options in words, inputs with their hashes, and how to make the same file again. */
export function methodSection({ study }: PageContext): PageSection {
  const { facts, vocabulary } = study;
  const body = markup`${warnings(facts)}${factList('Options', facts.options)}${vocabularyTable(vocabulary)}${inputs(facts)}${factList('Versions', facts.versions)}${references(facts)}${facts.command !== undefined && markup`<h3>How to reproduce this file</h3><pre tabindex="0"><code>${facts.command}</code></pre><p>The same inputs and options give the same bytes.</p>`}`;
  return { id: 'method', title: 'Method and provenance', body };
}

function warnings({ warnings: all = [] }: StudyFacts): Markup {
  if (all.length === 0) return markup`<h3>Warnings</h3><p>None.</p>`;
  const items = all.map(({ subject, text }) => markup`<li>${subject !== '' && markup`<strong>${subject}</strong> `}${text}</li>`);
  return markup`<h3>Warnings</h3><ul class="warnings">${joined(items)}</ul>`;
}

function factList(title: string, facts: readonly StatedFact[] = []): Markup | false {
  if (facts.length === 0) return false;
  return markup`<h3>${title}</h3><dl class="facts">${facts.map(({ name, value }) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function inputs({ inputs: files = [] }: StudyFacts): Markup | false {
  if (files.length === 0) return false;
  return markup`<h3>Data</h3>${dataTable({
    id: 'inputs-table',
    caption: 'Input files and their hashes',
    rows: files,
    columns: [
      { title: 'File', cell: ({ name }) => name },
      { title: 'Role', cell: ({ role }) => role ?? '' },
      { title: 'SHA-256', cell: ({ sha256 }) => markup`<code class="hash">${sha256}</code>` },
    ],
  })}`;
}

function vocabularyTable(vocabulary: readonly VocabularyHealth[]): Markup | false {
  if (vocabulary.length === 0) return false;
  return markup`<h3>Vocabulary</h3><p>How often each of ${counted(vocabulary.length, 'concept')} occurs in the probe images. No unit can reach a high IoU on a concept that covers far more or far less than the unit's own active area.</p>${dataTable({
    id: 'vocabulary-table',
    caption: 'Frequency of the concepts in the probe images',
    interactive: true,
    rows: vocabulary,
    columns: [
      { title: 'Concept', cell: ({ concept }) => concept },
      { title: 'Category', cell: ({ category }) => category },
      { title: 'Images', numeric: true, cell: ({ images }) => images },
      { title: 'Share of pixels', numeric: true, cell: ({ coverage }) => percent(coverage, 3), sortBy: ({ coverage }) => coverage },
      { title: 'Reachable IoU', numeric: true, cell: ({ reachableIou }) => decimals(reachableIou ?? Number.NaN, 3), sortBy: ({ reachableIou }) => reachableIou ?? 0 },
    ],
  })}`;
}

function references({ references: works = [] }: StudyFacts): Markup | false {
  return works.length > 0 && markup`<h3>References</h3><ul>${works.map((work) => markup`<li>${work}</li>`)}</ul>`;
}

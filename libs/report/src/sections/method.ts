import { joined, markup, type Markup } from '../page/markup.ts';
import { counted } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import { inputTable, vocabularyTable } from '../study-tables/study-fact-tables.ts';
import { codeParts } from '../words/code-parts.ts';
import type { StatedFact, StudyFacts } from '../tables/study-facts.ts';

/** The last section: warnings, options in words, inputs with their hashes, and how to make the same file again. */
export function methodSection({ study }: PageContext): PageSection {
  const { facts, vocabulary } = study;
  const body = markup`${warnings(facts)}${factList('Options', facts.options)}${vocabulary.length > 0 && markup`<h3>Vocabulary</h3><p>How often each of ${counted(vocabulary.length, 'concept')} occurs in the probe images. No unit can reach a high IoU on a concept that covers far more or far less than the unit’s own active area. Whether a model was trained on these images is not known: if it was, its matches say less of what it sees in others.</p>${vocabularyTable(vocabulary).html()}`}${(facts.inputs ?? []).length > 0 && markup`<h3>Data</h3>${inputTable(facts).html()}`}${factList('Versions', facts.versions)}${references(facts)}${facts.command !== undefined && markup`<h3>How to reproduce this file</h3><pre tabindex="0"><code>${facts.command}</code></pre><p>The same inputs and options give the same bytes.</p>`}`;
  return { id: 'method', title: 'Method and provenance', body };
}

function warnings({ warnings: all = [] }: StudyFacts): Markup {
  if (all.length === 0) return markup`<h3>Warnings</h3><p>None.</p>`;
  const items = all.map(
    ({ subject, text }) => markup`<li>${subject !== '' && markup`<strong>${subject}</strong> `}${withCode(text)}</li>`,
  );
  return markup`<h3>Warnings</h3><ul class="warnings">${joined(items)}</ul>`;
}

/** A message whose settings are shown as code. */
function withCode(message: string): Markup {
  return joined(codeParts(message).map(({ text, isCode }) => (isCode ? markup`<code>${text}</code>` : text)));
}

function factList(title: string, facts: readonly StatedFact[] = []): Markup | false {
  if (facts.length === 0) return false;
  return markup`<h3>${title}</h3><dl class="facts">${facts.map(({ name, value }) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function references({ references: works = [] }: StudyFacts): Markup | false {
  return works.length > 0 && markup`<h3>References</h3><ul>${works.map((work) => markup`<li>${work}</li>`)}</ul>`;
}

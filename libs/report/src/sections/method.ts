import { joined, markup, type Markup } from '../page/markup.ts';
import { counted } from '../page/number-text.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import { inputTable, vocabularyTable } from '../study-tables/study-fact-tables.ts';
import { codeParts } from '../words/code-parts.ts';
import type { Study } from '../tables/study.ts';
import type { StatedFact, StudyFacts } from '../tables/study-facts.ts';

/** The last section: warnings, options in words, inputs with their hashes, and how to make the same file again. */
export function methodSection({ study }: PageContext): PageSection {
  const { facts, vocabulary } = study;
  const body = markup`${warnings(facts)}<h3 id="tables">Tables</h3><p>Every table and figure above can be saved by itself.<span class="controls" hidden><button type="button" id="save-tables">Download all tables (zip of CSV)</button></span></p>${methodProse}${citation(study)}${factList('Options', facts.options)}${vocabulary.length > 0 && markup`<h3>Vocabulary</h3><p>How often each of ${counted(vocabulary.length, 'concept')} occurs in the probe images. No unit can reach a high IoU on a concept that covers far more or far less than the unit’s own active area. Whether a model was trained on these images is not known: if it was, its matches say less of what it sees in others.</p>${vocabularyTable(vocabulary).html()}`}${(facts.inputs ?? []).length > 0 && markup`<h3>Data</h3>${inputTable(facts).html()}`}${factList('Versions', facts.versions)}${references(facts)}${facts.command !== undefined && markup`<h3>How to reproduce this file</h3><pre tabindex="0"><code>${facts.command}</code></pre><p>The same inputs and options give the same bytes.</p>`}`;
  return { id: 'method', title: 'Method and provenance', body };
}

/** Words of the page, and what they mean. */
const glossary = [
  ['unit', 'A channel of the dissected layer.'],
  [
    'IoU',
    'Intersection over union: the pixels where a unit is active and the concept is labelled, divided by those where either is so; 1 where they are the same.',
  ],
  ['gate', 'The IoU (or other score) that a unit must exceed to match a concept.'],
  ['unique concepts', 'Distinct concepts that the units of a model match.'],
  ['redundancy', 'Matching units per unique concept.'],
  [
    'concept category',
    'The kind of a concept, such as object, part, material or colour; the column category of CSV files.',
  ],
  [
    'category of models',
    'Models that k-means puts together by their profiles: A, B, C, … here, 0, 1, 2, … in the column cluster of CSV files.',
  ],
  ['component', 'An axis of the embedding (principal component of the profiles).'],
  ['silhouette', 'How much nearer models are to their own category than to the next one, from -1 to 1.'],
  [
    'gap',
    'How much tighter k categories are than they would be in points that are spread evenly; the number of categories that it asks for may be 1.',
  ],
  [
    '95 % interval',
    'Of counts and places: between the 2.5th and the 97.5th percentile of the bootstrap replicates; of correlations: by Fisher’s transformation.',
  ],
  ['p', 'How often chance alone (permutation) gives as much.'],
  ['family-wise p', 'How often chance alone gives as much anywhere in the whole table.'],
  ['q', 'False-discovery rate: the expected share of chance findings among all with a q as low.'],
] as const;

const methodProse = markup`<h3 id="how">How it is done</h3><p>Each unit (channel) of a model’s layer is compared with the labels of the images. Pixels where it is above its own threshold, a high quantile of its activations, count as active; how well they lie on a concept is their IoU. A unit matches the concept with the highest one, if that passes the gate. The matching units of a model, concept by concept, are its profile. The embedding (principal components) places models by their profiles, k-means puts them into categories, and both are related to scores on tasks.</p><details class="data" id="glossary"><summary>Glossary</summary><dl class="facts">${glossary.map(([word, meaning]) => markup`<div><dt>${word}</dt><dd>${meaning}</dd></div>`)}</dl></details><details class="data" id="reading"><summary>Read the tables with pandas, polars and DuckDB</summary><pre tabindex="0"><code>import pandas as pd
profiles = pd.read_csv("profiles.csv")      # or pd.read_feather("profiles.arrow")

import polars as pl
profiles = pl.read_ipc("profiles.arrow")    # or pl.read_csv("profiles.csv")

-- DuckDB
SELECT model, sum(units) FROM 'profiles.csv' GROUP BY model;</code></pre></details>`;

/** What to cite, as BibTeX. */
function citation({ facts }: Study): Markup {
  const entry = `@misc{intermodel-report,\n  title = {${facts.title.replace(/[{}\\]/gu, '')}},\n  howpublished = {Report made by intermodel},\n  note = {${(
    facts.versions ?? []
  )
    .map(({ name, value }) => `${name} ${value}`)
    .join(', ')
    .replace(/[{}\\]/gu, '')}}\n}\n\n${paper}`;
  return markup`<h3 id="cite">Citation</h3><pre tabindex="0"><code id="bibtex">${entry}</code></pre><p class="controls" hidden><button type="button" id="copy-bibtex">Copy BibTeX</button></p>`;
}

const paper = `@misc{mustapha2022intermodel,
  title = {Inter-model Interpretability: Self-supervised Models as a Case Study},
  author = {Mustapha, Ahmad and Khreich, Wael and Masri, Wes},
  year = {2022}
}`;

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

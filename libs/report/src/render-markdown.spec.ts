import type { RecordBatch } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { syntheticChange } from './fixtures/synthetic-change.ts';
import { syntheticClaims } from './fixtures/synthetic-claims.ts';
import { syntheticProbes } from './fixtures/synthetic-probes.ts';
import { syntheticStudy } from './fixtures/synthetic-study.ts';
import { renderMarkdown } from './render-markdown.ts';

describe('renderMarkdown', () => {
  it('holds the findings and the tables of the page', () => {
    const text = renderMarkdown(syntheticStudy());
    expect(text.match(/^#+ .*$/gmu)).toEqual(
      [
        '# A made-up study',
        '## Findings',
        '## Embedding',
        '### Models on the components, with their categories',
        '### Share of the variance by component',
        '### What sets each category of models apart: means inside and outside of it',
        '### How well k categories describe the models',
        '### How far the 95 % ellipses reach along the components, and the mean of the replicates less the place',
        '### Nearest model of each, and how often it stays \\(bootstrap over units, 200 replicates\\)',
        '## Models',
        '### Matching units, unique concepts and redundancy of every model',
        '## Tasks',
        '### All relations, the strongest first',
        '### Models that count as one family',
        '### Leave\\-one\\-out errors of the performance surfaces',
        '### The 3 concepts that go most strongly with each score',
        '## Method and provenance',
        '### Warnings',
        '### Options',
        '### Input files and their hashes',
        '### Versions',
        '### References',
        '### How to reproduce',
      ].map((line) => line.replaceAll('\\-', '-')),
    );
    expect(text).toContain('- **Supported:** Models with a higher value of component 1 do better');
    expect(text).toContain('_56 more rows._');
    const rule = (syntheticStudy().power as RecordBatch).getChild('rule')?.get(0) as string;
    const plain = text.replaceAll(/\\(?=[()|])/gu, '').replaceAll('&gt;', '>');
    expect(plain).toContain(`\n\n2 of 96 relations are supported (${rule}).\n\nOf the 94 that are not,`);
    expect(plain).toContain('\n\nWith 13 models only |r| > 0.553 can pass one test at 5 %');
    expect(text).toContain('By parallel analysis component 1 has more variance than chance gives');
    expect(text).not.toMatch(/undefined|NaN/u);
  });

  it('keeps every table rectangular, whatever the names hold', () => {
    const disguise = (name: string) => `a|b\n${name}\`<script>`;
    const text = renderMarkdown({
      ...syntheticStudy({ disguise }),
      ...syntheticProbes({ disguise }),
      ...syntheticClaims({ disguise }),
    });
    const widths = new Set<string>();
    for (const block of text.split('\n\n').filter((part) => part.startsWith('|'))) {
      const counts = block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length);
      widths.add(String(new Set(counts).size));
    }
    expect([...widths]).toEqual(['1']);
    expect(text.replace(/```[^]*?```/gu, '')).not.toContain('<script>');
  });

  it('fences a command that holds fences', () => {
    const { study, profiles, summaries } = syntheticStudy({ disguise: (name) => `\`\`\`\n${name}` });
    expect(renderMarkdown({ study, profiles, summaries })).toMatch(/\n````\n```\n/u);
  });

  it('tells what changed since an earlier run', () => {
    const text = renderMarkdown({
      ...syntheticStudy(),
      change: syntheticChange((name) => name.replace('Model', '*M|')),
    });
    expect(text).toContain('## Since the last run\n\n2 models are new: \\*M\\|1 and \\*M\\|2.');
    expect(text).toMatch(/^\| \\\*M\\\|0 \| gone \| – \| – \|$/mu);
  });

  it('holds scores on one’s own tasks, and does with them alone', () => {
    const { study } = syntheticStudy();
    const text = renderMarkdown({ study, ...syntheticProbes({ datasets: 1 }) });
    expect(text.match(/^#+ .*$/gmu)?.slice(0, 8)).toEqual([
      '# A made-up study',
      '## Scores on one’s own tasks',
      '### Scores: many-shot classification on photos 1',
      '### Scores: few-shot classification on photos 1',
      '### Scores: transferability on photos 1',
      '### Scores: surface normal estimation on rooms',
      '### The best model of each score, and models that are not told apart from it',
      '### All differences between models, what is supported first',
    ]);
    expect(text).not.toMatch(/undefined|NaN|## Models/u);
    expect(text).toContain('_80 more rows._');
    const whole = renderMarkdown({ ...syntheticStudy(), ...syntheticProbes() });
    expect(whole.match(/^## .*$/gmu)).toEqual(
      ['Findings', 'Embedding', 'Models', 'Scores on one’s own tasks', 'Tasks', 'Method and provenance'].map(
        (title) => `## ${title}`,
      ),
    );
  });

  it('holds claims with their verdicts, and the rule', () => {
    const { study } = syntheticStudy();
    const text = renderMarkdown({ study, ...syntheticClaims() });
    expect(text.match(/^#+ .*$/gmu)?.slice(0, 3)).toEqual([
      '# A made-up study',
      '## Claims',
      '### Claims and their verdicts',
    ]);
    expect(text).toContain('A claim **holds** where it is so in the study as it was made, its q is at most 0.05');
    expect(text).toContain('1 of 3 claims holds, 1 is undecided and 1 fails.');
    expect(text.match(/^\| Model\d and Model\d are .* \| (holds|undecided|fails) \| /gmu)).toHaveLength(3);
    expect(text).toContain('| Gate \\(61 % of the variance\\) | It is so in the study, and in 100 % of universes. |');
    expect(text).not.toMatch(/undefined|NaN/u);
  });

  it('does with profiles alone', () => {
    const { study, profiles, summaries } = syntheticStudy();
    const text = renderMarkdown({ study, profiles, summaries });
    expect(text).not.toContain('## Tasks');
    expect(text).not.toMatch(/undefined|NaN/u);
  });
});

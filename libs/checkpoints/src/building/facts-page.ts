import { architectureFacts, type ArchitectureFact } from './architecture-facts.ts';

/** Path of the page on facts, from the top of the project. */
export const factsPageFile = 'docs/architecture-facts.md';

/** The page that tells of each kind of network what weights do not tell of it. */
export function factsPage(): string {
  const sections = Object.entries(architectureFacts).map(([architecture, facts]) => {
    const rows = facts.map(
      (fact) => `| \`${fact.name}\` | ${valuesText(fact)} | ${missingText(fact)} | ${fact.help} |`,
    );
    const table =
      rows.length === 0
        ? ['Nothing: weights tell all of it.']
        : ['| fact | values | left out | what it is |', '|---|---|---|---|', ...rows];
    return [`## ${architecture}`, '', ...table, ''].join('\n');
  });
  return [
    '# What weights do not tell of a network',
    '',
    'Made by `npm run options` from the table that recipes and families are checked against (`libs/checkpoints/src/building/architecture-facts.ts`). `facts` of a [recipe](checkpoints.md) say it; what is taken for granted is said wherever a checkpoint is used.',
    '',
    ...sections,
  ].join('\n');
}

function valuesText({ values }: ArchitectureFact): string {
  return typeof values === 'string' ? `a ${values}` : values.map((value) => `\`${value}\``).join(', ');
}

function missingText({ missing }: ArchitectureFact): string {
  if (missing === 'required') return 'asked for';
  return missing === 'by weights' ? 'follows from the weights' : `\`${String(missing)}\``;
}

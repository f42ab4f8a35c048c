import type { OptionRow } from './option-row.ts';
import { defaultInWords, typeInWords } from './type-words.ts';

/** Writes the reference page of all options in Markdown: one table a section. */
export function optionsPage(table: readonly OptionRow[]): string {
  return `${[
    '<!-- Made by `npm run options` from the table of options (libs/studies/src/options): change it there. -->',
    '# Options of a study',
    'Every option of a study file by its path: `runtime.threads` is the key `threads` below `runtime`, `models[].name` the key `name` of an entry of `models`. Names of files and folders are taken from the folder of the study file. `--set PATH=VALUE` sets any of them on the command line, over the file: `--set runtime.threads=2`, `--set models[0].layer=conv1`, `--set models[NAME].layer=conv1`, `--set models[].input=caffe` for all models; the value is YAML, and none (`--set seed=`) takes the option out. Some have a flag of their own, here with the commands that have it. `intermodel options WORD` searches this table.',
    ...[...sectionsOf(table)].map(([section, rows]) => sectionText(section, rows)),
  ].join('\n\n')}\n`;
}

function sectionText(section: string, rows: readonly OptionRow[]): string {
  const group = rows.find(({ path }) => path === section);
  return [
    `## ${section === '' ? 'Study' : section}`,
    ...(group === undefined ? [] : ['', cell(group.help)]),
    '',
    '| option | values | default | flag | what it does |',
    '|---|---|---|---|---|',
    ...rows.map(rowText),
  ].join('\n');
}

function rowText(row: OptionRow): string {
  const flags = (row.flags ?? []).map(({ flags: flag, commands }) => `\`${flag}\` (${commands.join(', ')})`);
  const beside =
    row.beside === undefined ? '' : ` Needs ${row.beside.map((key) => `\`${key}\``).join(', ')} beside it.`;
  const cells = [
    `\`${row.path}\``,
    typeInWords(row.type),
    defaultInWords(row),
    flags.join('; '),
    `${row.help}${beside}`,
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

/** Rows by the outermost group that they stand in, in the order of the table; '' for those of the study itself. */
function sectionsOf(table: readonly OptionRow[]): ReadonlyMap<string, readonly OptionRow[]> {
  const outermost = (path: string) => path.split(/[.[]/u)[0] ?? '';
  const groups = new Set(table.filter(({ path }) => /[.[]/u.test(path)).map(({ path }) => outermost(path)));
  const sections = new Map<string, OptionRow[]>([['', []]]);
  for (const row of table) {
    const name = groups.has(outermost(row.path)) ? outermost(row.path) : '';
    sections.set(name, [...(sections.get(name) ?? []), row]);
  }
  return sections;
}

/** Text that stands in a cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

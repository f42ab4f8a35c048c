import { formsOf, keyOf, rowsByGroup, type GroupType } from './option-groups.ts';
import type { OptionRow, OptionType } from './option-row.ts';

/**
 * Writes the TypeScript types of study files from a table of options: an interface for each kind of group, and one of
 * the defaults of all groups.
 */
export function contentSource(table: readonly OptionRow[]): string {
  const groups = groupsOfTable(table);
  const interfaces = new Map<string, string>();
  for (const { type, help, rows } of groups)
    if (!interfaces.has(type.name))
      interfaces.set(type.name, interfaceSource(typeName(type.name), type.about ?? help, rows.map(propertySource)));
  const defaults = groups.flatMap(({ path, type, rows }) => {
    const keys = rows.filter((row) => row.default !== undefined).map((row) => valueSource(keyOf(row.path)));
    const content = `Required<Pick<${typeName(type.name)}, ${keys.join(' | ')}>>`;
    return keys.length === 0
      ? []
      : [
          `  /** Below ${path === '' ? 'the study itself' : `\`${path}\``}. */\n  readonly ${valueSource(path)}: ${content};`,
        ];
  });
  return [
    '// Made by `npm run options` from the table of options (libs/studies/src/options): change it there.\n',
    ...interfaces.values(),
    interfaceSource('GroupDefaults', "Defaults of the options of each group, by its path; '' for the study.", defaults),
  ].join('\n');
}

interface GroupOfTable {
  readonly path: string;
  readonly type: GroupType;
  readonly help: string;
  readonly rows: readonly OptionRow[];
}

/** All groups of a table, the study itself first. */
function groupsOfTable(table: readonly OptionRow[]): readonly GroupOfTable[] {
  const byGroup = rowsByGroup(table);
  const withinGroup = (path: string, type: GroupType, help: string): readonly GroupOfTable[] => {
    const rows = byGroup.get(path) ?? [];
    return [
      { path, type, help, rows },
      ...rows.flatMap((row) => groupsOf(row.type, row.path).flatMap(([group, at]) => withinGroup(at, group, row.help))),
    ];
  };
  return withinGroup('', { kind: 'group', name: 'study' }, 'What a study file holds, as the JSON Schema describes it.');
}

function interfaceSource(name: string, about: string, properties: readonly string[]): string {
  return `/** ${about} */\nexport interface ${name} {\n${properties.join('\n')}\n}\n`;
}

function propertySource({ path, type, isRequired, help, otherwise, default: value }: OptionRow): string {
  const usual = value === undefined ? otherwise : valueSource(value);
  const ending = usual === undefined ? '' : ` @default ${usual}`;
  return `  /** ${help}${ending} */\n  readonly ${keyOf(path)}${isRequired === true ? '' : '?'}: ${typeSource(type)};`;
}

function typeSource(type: OptionType): string {
  switch (type.kind) {
    case 'text':
      return 'string';
    case 'choice':
      return type.choices.map(valueSource).join(' | ');
    case 'truth':
      return 'boolean';
    case 'whole':
    case 'number':
      return 'number';
    case 'group':
      return typeName(type.name);
    case 'either':
      return type.of.map(typeSource).join(' | ');
    case 'list': {
      const entry = typeSource(type.of);
      return type.fewest !== undefined && type.fewest === type.most
        ? `readonly [${Array.from({ length: type.most }, () => entry).join(', ')}]`
        : `readonly ${entry.includes(' ') ? `(${entry})` : entry}[]`;
    }
  }
}

function typeName(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Content`;
}

function valueSource(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueSource).join(', ')}]`;
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

/** Groups that a value may be or hold, with the paths that their keys stand below. */
function groupsOf(type: OptionType, path: string): (readonly [GroupType, string])[] {
  return formsOf(type).flatMap((form) =>
    form.kind === 'group' ? [[form, path] as const] : form.kind === 'list' ? groupsOf(form.of, `${path}[]`) : [],
  );
}

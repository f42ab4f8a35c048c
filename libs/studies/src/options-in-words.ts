import { matchScores } from '@intermodel/concept-matching';
import { keyOf } from './options/option-groups.ts';
import type { OptionRow } from './options/option-row.ts';
import { studyOptions } from './options/option-table.ts';

/** A resolved choice as the report states it. */
export interface OptionInWords {
  /** What is stated. */
  readonly name: string;
  /** Its value. */
  readonly value: string;
}

type Options = Readonly<Record<string, unknown>>;

const scoreTitles: Readonly<Record<string, { readonly title: string }>> = matchScores;

/** Options that the report states elsewhere: in its head. */
const statedElsewhere = new Set(['title', 'abstract']);

/**
 * Puts resolved options into words, those of the table by its rows: groups become several lines, a model one line, what
 * is empty is left out.
 */
export function optionsInWords(options: Options, table: readonly OptionRow[] = studyOptions): OptionInWords[] {
  return new OptionWords(table).within(options, '', '');
}

/** Says options as the rows of a table do. */
class OptionWords {
  readonly #rows: ReadonlyMap<string, OptionRow>;
  readonly #byKey = new Map<string, OptionRow[]>();

  constructor(table: readonly OptionRow[]) {
    this.#rows = new Map(table.map((row) => [row.path, row]));
    for (const row of table) {
      const key = keyOf(row.path);
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), row]);
    }
  }

  /** Lines for the options of a group; `parent` stands before their names. */
  within(group: Options, path: string, parent: string): OptionInWords[] {
    return Object.entries(group).flatMap(([key, value]) => {
      const at = path === '' ? key : `${path}.${key}`;
      if (statedElsewhere.has(at)) return [];
      if (at === 'models' && Array.isArray(value))
        return (value as readonly Options[]).map((model) => ({
          name: `model ${text(model['name'])}`,
          value: modelInWords(model),
        }));
      if (parent !== '' && key === 'input' && typeof value === 'object' && value !== null)
        return [{ name: `${parent}input`, value: inputInWords(value as Options) }];
      return key === 'gate' ? [this.#gate(group, at, parent)] : this.#option(at, value, parent);
    });
  }

  /** Lines for one option. */
  #option(path: string, value: unknown, parent: string): OptionInWords[] {
    const name = `${parent}${this.#name(path)}`;
    if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
      return [];
    if (Array.isArray(value)) {
      const entries: readonly unknown[] = value;
      return entries.every((entry) => typeof entry !== 'object')
        ? [{ name, value: entries.map(text).join(', ') }]
        : entries.flatMap((entry, index) =>
            this.within(entry as Options, `${path}[]`, `${name} ${String(index + 1)}: `),
          );
    }
    if (typeof value !== 'object') return [{ name, value: this.#meaning(path, text(value)) }];
    const group = value as Options;
    return isSize(group) ? [{ name, value: size(group) }] : this.within(group, path, `${name}: `);
  }

  /** The gate of a group: one of the score that stands beside it, or of IoU. */
  #gate(group: Options, path: string, parent: string): OptionInWords {
    const score = scoreTitles[text(group['score'])];
    return {
      name: `${parent}${score === undefined ? this.#name(path) : `${score.title} gate`}`,
      value: text(group['gate']),
    };
  }

  #name(path: string): string {
    const names = this.#candidates(path).map(({ words }) => words?.name);
    return names.find((name) => name !== undefined) ?? spaced(keyOf(path));
  }

  #meaning(path: string, value: string): string {
    const [meaning] = this.#candidates(path).flatMap(({ words }) => words?.values?.[value] ?? []);
    return meaning === undefined ? value : `${value}: ${meaning}`;
  }

  /** The row of an option; records of commands that take no study have options by their keys alone. */
  #candidates(path: string): readonly OptionRow[] {
    const row = this.#rows.get(path);
    return row === undefined || !path.includes('.') ? (this.#byKey.get(keyOf(path)) ?? []) : [row];
  }
}

/** The usual choice of a layer. */
const usualLayer = 'the last map before global pooling';

/** A model in one line: file, layers, tokens and how images become its input. */
function modelInWords({ file, layers, layerChoice, tokens, input }: Options): string {
  const { prefix, ...grid } = (tokens ?? {}) as Options;
  return [
    text(file),
    layers === 'usual'
      ? usualLayer
      : Array.isArray(layers)
        ? `${layerChoice === 'usual' ? `${usualLayer}, ` : ''}${layers.map(text).join(', ')}`
        : '',
    isSize(grid) ? `tokens on a grid of ${size(grid)}` : '',
    prefix === undefined ? '' : `${text(prefix)} tokens before the grid`,
    input === undefined ? '' : inputInWords(input as Options),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** How images become the input of a model, in words. */
function inputInWords({ resize, shortestSide, filter, channels, scale, mean, std, layout, ...rest }: Options): string {
  const list = (values: unknown): string => (Array.isArray(values) ? `(${values.map(text).join(', ')})` : text(values));
  const way =
    resize === 'exact'
      ? 'the whole image squashed'
      : resize === 'shortest-side'
        ? `shorter side to ${text(shortestSide)}, then the centre`
        : resize === 'squash-crop'
          ? `squashed to ${text(shortestSide)} x ${text(shortestSide)}, then the centre`
          : text(resize);
  return [
    size(rest),
    way,
    filter,
    typeof channels === 'string' ? channels.toUpperCase() : channels,
    `(byte × ${text(scale)} − ${list(mean)}) / ${list(std)}`,
    layout === 'auto' ? undefined : layout,
  ]
    .filter((part) => part !== undefined && part !== '')
    .map(text)
    .join(', ');
}

function isSize(group: Options): boolean {
  return Object.keys(group).length === 2 && typeof group['width'] === 'number' && typeof group['height'] === 'number';
}

function size({ width, height }: Options): string {
  return `${text(width)} × ${text(height)}`;
}

/** A value as people read it: numbers to six digits, since the manifest has them all. */
function text(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function spaced(key: string): string {
  return key.replace(/(?<=[a-z0-9])[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
}

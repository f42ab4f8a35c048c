import { matchScores } from '@intermodel/concept-matching';

/** A resolved choice as the report states it. */
export interface OptionInWords {
  /** What is stated. */
  readonly name: string;
  /** Its value. */
  readonly value: string;
}

type Options = Readonly<Record<string, unknown>>;

const scoreTitles: Readonly<Record<string, { readonly title: string }>> = matchScores;

/** Names of options as a reader of the report understands them. */
const names: Readonly<Record<string, string>> = {
  preset: 'preset',
  diffPreset: 'second preset',
  diffMatching: 'second preset',
  gate: 'IoU gate, strictly above',
  normalisation: 'weights of concepts',
  components: 'principal components',
  clusters: 'categories of models',
  exclude: 'models left out of the fit',
  dropFirstConcept: 'first concept dropped, as the published code did',
  modelNames: 'model names',
  seed: 'seed of everything that is random',
  permutations: 'orderings of permutation tests',
  level: 'share of the values under a threshold',
  rule: 'rule of the quantile',
  compareGate: 'comparison with the gate',
  score: 'score that units are matched by',
  areaScope: 'images that a concept’s area is counted over',
  labelGrid: 'size of label planes',
  executionProviders: 'execution providers',
  pool: 'images ranked by',
  place: 'thumbnails',
  units: 'units of each layer',
  images: 'images of each unit',
  thumbnailPixels: 'longer side of a thumbnail, pixels',
  megabytes: 'most MiB of thumbnails in the page',
};

/** Values of options, by option and value, that say little by their names alone. */
const meanings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  preset: {
    'dissect-2020':
      'exact 99 % quantiles of upsampled maps, areas over all images, IoU above 0.04 (Bau et al. 2020; base of the published study)',
    'netdissect-2017':
      '99.5 % quantiles of raw maps, areas over images that hold the category, best label per category (Bau et al. 2017)',
    'netdissect-lite': 'as netdissect-2017, areas only of images where mask and category overlap',
    gandissect: '99.5 % quantiles of raw maps, IoU above 0.05 and information quality above 0.01 (Bau et al. 2019)',
    'paper-2022':
      'the published embedding: seven models left out of the fit, the first concept dropped as the published code did (Mustapha et al. 2022)',
    default: 'no model left out, no concept dropped',
  },
  normalisation: {
    'per-category': 'units of the concept divided by the distinct concepts of its category that any model matches',
    count: 'units of the concept',
    'share-of-units': 'units of the concept divided by all units of the model',
    'share-of-matches': 'units of the concept divided by the matches of the model',
    presence: '1 where the model has the concept',
    hellinger: 'square root of the share of the model’s matches',
  },
  score: Object.fromEntries(Object.values(matchScores).map(({ name, definition }) => [name, definition])),
  modelNames: { exact: 'as they stand', 'strip-suffix': 'without a suffix in parentheses' },
  pool: { max: 'largest value of the map', mean: 'mean of the map' },
  place: { embedded: 'in the page', folder: 'in a folder beside the page' },
};

/** Options that the report states elsewhere: in its head. */
const statedElsewhere = new Set(['title', 'abstract']);

/** Puts resolved options into words: groups become several lines, a model one line, what is empty is left out. */
export function optionsInWords(options: Options): OptionInWords[] {
  return Object.entries(options).flatMap(([key, value]) => {
    if (statedElsewhere.has(key)) return [];
    if (key === 'models' && Array.isArray(value))
      return (value as readonly Options[]).map((model) => ({
        name: `model ${text(model['name'])}`,
        value: modelInWords(model),
      }));
    return key === 'gate' ? [gateStatement(options)] : statement(key, value);
  });
}

/** The gate of a group: one of the score that stands beside it, or of IoU. */
function gateStatement(group: Options, parent = ''): OptionInWords {
  const score = scoreTitles[text(group['score'])];
  const name = score === undefined ? names['gate'] : `${score.title} gate`;
  return { name: `${parent}${text(name)}`, value: text(group['gate']) };
}

/** Lines for one option; `parent` stands before its name. */
function statement(key: string, value: unknown, parent = ''): OptionInWords[] {
  // In the data, images are a folder.
  const name = `${parent}${parent.startsWith('data: ') ? spaced(key) : (names[key] ?? spaced(key))}`;
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return [];
  if (Array.isArray(value)) {
    const entries: readonly unknown[] = value;
    return entries.every((entry) => typeof entry !== 'object')
      ? [{ name, value: entries.map(text).join(', ') }]
      : entries.flatMap((entry, index) => within(entry as Options, `${name} ${String(index + 1)}: `));
  }
  if (typeof value !== 'object') return [{ name, value: withMeaning(key, text(value)) }];
  const group = value as Options;
  if (isSize(group)) return [{ name, value: size(group) }];
  return within(group, `${name}: `);
}

function withMeaning(key: string, value: string): string {
  const meaning = meanings[key === 'diffPreset' ? 'preset' : key]?.[value];
  return meaning === undefined ? value : `${value}: ${meaning}`;
}

function within(group: Options, parent: string): OptionInWords[] {
  return Object.entries(group).flatMap(([key, value]) => {
    if (key === 'input' && typeof value === 'object' && value !== null)
      return [{ name: `${parent}input`, value: inputInWords(value as Options) }];
    return key === 'gate' ? [gateStatement(group, parent)] : statement(key, value, parent);
  });
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

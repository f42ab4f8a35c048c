import { createHash } from 'node:crypto';
import path from 'node:path';
import { InputError, suggestName } from '@intermodel/errors';
import type { ArchitectureFacts } from '../architecture.ts';
import { checkFacts } from '../building/architecture-facts.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { RecognisedModel } from '../recognised-model.ts';
import { attemptFamily, isComplete, nearestFirst, type Attempt } from './attempt.ts';
import { readConfigs, type ModelConfig } from './config-files.ts';
import { dictionaryAt, listDictionaries, tensorsBelow, valueAt, type Dictionary } from './dictionaries.ts';
import { ambiguous, headsMissing, nothingFits, notSuch, optimizerOnly, uncertain } from './explain-misfit.ts';
import { hasSigns } from './family-signs.ts';
import type { Family } from './family.ts';
import { listFamilies, requireFamily } from './list-families.ts';
import { readRecipe } from './read-recipe.ts';
import { stripPrefixes, wrapperPrefixes } from './strip-prefixes.ts';
import { sizeOfNetwork } from './weights/compare-weights.ts';

/** What the user says of a checkpoint; all else is recognised. */
export interface RecogniseOptions {
  /** Name of the family. @default that which is recognised */
  readonly family?: string;
  /** Path of a YAML file that says of a family what the registry's files do. @default none */
  readonly recipe?: string;
  /** Path of the dictionary within the checkpoint, `''` for the whole file. @default where the family lies */
  readonly take?: string;
  /** Prefixes of names that are taken off; what has none of them is no part of the network. @default those of the family */
  readonly strip?: readonly string[];
  /** What weights do not tell, over what the family says. @default what the family says */
  readonly facts?: ArchitectureFacts;
}

/** Raised whenever the same file and recipe come to give another network. */
const codeVersion = 1;

/** Dictionaries that programs of all kinds keep weights in, the better before the others. */
const usualPlaces: readonly string[] = [
  'state_dict_ema',
  'model_ema',
  'ema',
  'state_dict',
  'model',
  'teacher',
  'student',
  'module',
  'encoder',
  'model_state_dict',
  'classy_state_dict.base_model.model.trunk',
  'resnet',
  'net',
  'params',
  '',
];

/**
 * Finds out what a checkpoint is: takes the dictionary of weights, takes prefixes off names, drops what is no part of
 * the network, and gives the rest the names of an architecture. Nothing is chosen without being said in the result.
 *
 * @throws InputError `CHECKPOINT_UNRECOGNISED` with the nearest families and how their keys differ,
 *   `CHECKPOINT_FAMILY_UNKNOWN`, `CHECKPOINT_FAMILY_AMBIGUOUS`, `CHECKPOINT_FAMILY_UNCERTAIN`,
 *   `CHECKPOINT_FAMILY_MISMATCH`, `CHECKPOINT_TAKE_MISSING`, `CHECKPOINT_STRIP_MISSING`, `CHECKPOINT_FACT_MISSING`,
 *   `CHECKPOINT_OPTIMIZER_ONLY`, `CHECKPOINT_NO_TENSORS`, `CHECKPOINT_CONFIG`; those of recipes and of facts.
 */
export function recogniseModel(checkpoint: Checkpoint, options: RecogniseOptions = {}): RecognisedModel {
  const { file } = checkpoint;
  const named = namedFamily(options, file);
  const places = new Places(checkpoint, options);
  const configs = readConfigs(file);
  const found =
    named === undefined
      ? recognise(checkpoint, places, configs, options)
      : holdNamed(named, checkpoint, places, options);
  return describe(found, checkpoint, places, configs, options);
}

/** A family with what was found of it, and what there is to be said. */
interface Found {
  readonly attempt: Attempt;
  readonly says: readonly string[];
}

/** Dictionaries of a checkpoint, each looked for once. */
class Places {
  private readonly kept = new Map<string, Dictionary | undefined>();

  private readonly checkpoint: Checkpoint;
  private readonly options: RecogniseOptions;

  constructor(checkpoint: Checkpoint, options: RecogniseOptions) {
    this.checkpoint = checkpoint;
    this.options = options;
    const { root, file, placeholders } = checkpoint;
    const { take, strip } = options;
    if (tensorsBelow(root).size === 0)
      throw new InputError('CHECKPOINT_NO_TENSORS', 'holds no tensors', {
        file,
        expected: 'a dictionary of weights',
        hint:
          placeholders.length === 0
            ? 'Save the weights of the model: `torch.save(model.state_dict(), FILE)`.'
            : `It holds objects of ${placeholders.slice(0, 4).join(', ')}, which are not made. Save the weights alone: \`torch.save(model.state_dict(), FILE)\`.`,
      });
    if (take !== undefined && this.at(take) === undefined) throw noSuchDictionary(checkpoint, take);
    if (strip !== undefined && strip.length > 0) this.requirePrefix(strip);
  }

  /** The dictionary at a path; undefined if there is none with tensors. */
  at(place: string): Dictionary | undefined {
    if (!this.kept.has(place)) this.kept.set(place, dictionaryAt(this.checkpoint.root, place));
    return this.kept.get(place);
  }

  /** Those that a family may lie in, by preference. */
  of({ take = [] }: Pick<Family, 'take'>): readonly Dictionary[] {
    const places = this.options.take === undefined ? new Set([...take, ...usualPlaces]) : [this.options.take];
    return [...places].flatMap((place) => this.at(place) ?? []);
  }

  private requirePrefix(strip: readonly string[]): void {
    const names = this.of({}).flatMap(({ tensors }) => [...tensors.keys()]);
    const begins = (name: string) =>
      strip.some((prefix) => [...segmentsOf(name)].some((_, at, all) => isPrefix(all.slice(at), prefix)));
    if (names.some(begins)) return;
    const firsts = [...new Set(names.map((name) => firstSegment(name)))].sort();
    throw new InputError(
      'CHECKPOINT_STRIP_MISSING',
      `no name begins with ${strip.map((one) => `"${one}"`).join(' or ')}`,
      {
        file: this.checkpoint.file,
        expected: 'a prefix of names, of whole segments',
        hint: `Names begin with ${firsts.slice(0, 12).join(', ')}.`,
      },
    );
  }
}

function segmentsOf(name: string): readonly string[] {
  return name.split(/[./]/u);
}

function isPrefix(segments: readonly string[], prefix: string): boolean {
  return segmentsOf(prefix).every((part, at) => segments[at] === part);
}

/** The first segment that no wrapper put there. */
function firstSegment(name: string): string {
  return segmentsOf(name).find((segment) => !wrapperPrefixes.includes(segment)) ?? name;
}

function noSuchDictionary({ root, file }: Checkpoint, take: string): InputError {
  const listed = listDictionaries(root);
  const shown = listed.map(
    ({ path: at, tensors }) => `${at === '' ? "'' (the whole file)" : at} (${String(tensors)} tensors)`,
  );
  const value = valueAt(root, take);
  return new InputError(
    'CHECKPOINT_TAKE_MISSING',
    value === undefined ? `there is no dictionary "${take}"` : `"${take}" holds no dictionary of tensors`,
    {
      file,
      expected: 'the path of a dictionary that holds tensors',
      hint: suggestName(take, shown, 16),
    },
  );
}

function namedFamily({ family, recipe }: RecogniseOptions, file: string): Family | undefined {
  if (recipe === undefined) return family === undefined ? undefined : requireFamily(family);
  const read = readRecipe(recipe);
  if (family !== undefined && family !== read.name)
    throw new InputError(
      'CHECKPOINT_FAMILY_UNKNOWN',
      `"${family}" is not the family of the recipe, which is "${read.name}"`,
      {
        file,
        hint: 'Give `models[].family` or `models[].recipe`, not both.',
      },
    );
  return read;
}

/** Holds the family that the user named against each place that it may lie in. */
function holdNamed(family: Family, { file }: Checkpoint, places: Places, options: RecogniseOptions): Found {
  const attempts = places.of(family).map((dictionary) => attemptFamily(family, dictionary, options));
  const complete = attempts.find(isComplete);
  if (complete !== undefined) return { attempt: complete, says: [] };
  const [nearest] = nearestFirst(attempts);
  if (nearest === undefined) throw new InputError('CHECKPOINT_NO_TENSORS', 'holds no tensors', { file });
  throw notSuch(file, nearest);
}

/** Finds the family by its signs. */
function recognise(
  checkpoint: Checkpoint,
  places: Places,
  configs: readonly ModelConfig[],
  options: RecogniseOptions,
): Found {
  const { file } = checkpoint;
  const beside = new Set(configs.map(({ kind }) => kind));
  const families = listFamilies().filter(({ variantOf }) => variantOf === undefined);
  const { strip } = options;
  const certain = families.flatMap((family) => {
    for (const dictionary of places.of(family)) {
      if (!hasSigns(family, { checkpoint, dictionary, beside, strip })) continue;
      const attempt = attemptFamily(family, dictionary, options);
      if (isComplete(attempt)) return [attempt];
    }
    return [];
  });
  // What lies beside the file says most, and what is no more than a form least.
  const described = certain.filter(({ family }) => family.known?.beside !== undefined);
  const specific = certain.filter(({ family }) => family.general !== true);
  const candidates = [described, specific, certain].find((group) => group.length > 0) ?? [];
  const [first] = candidates;
  if (first !== undefined) {
    if (new Set(candidates.map((attempt) => meaning(attempt))).size > 1) throw ambiguous(file, candidates);
    return { attempt: first, says: sameForm(first, candidates.slice(1), checkpoint, options) };
  }
  const attempts = families.flatMap((family) =>
    places.of(family).map((dictionary) => attemptFamily(family, dictionary, options)),
  );
  const complete = attempts.filter((attempt) => isComplete(attempt) && isOfItsForm(attempt));
  if (complete.length > 0) throw uncertain(file, complete);
  const all = tensorsBelow(checkpoint.root);
  if (isOptimizer([...all.keys()])) throw optimizerOnly(file, all.size);
  throw nothingFits(file, attempts, options.strip === undefined ? prefixesThatFit(families, places) : []);
}

/** Whether a family's own prefixes or map had to do with it: the names of an architecture alone fit all that have it. */
function isOfItsForm({ family: { strip = [], map = [] }, stripped, mapped }: Attempt): boolean {
  return (
    (strip.length === 0 || stripped.some((prefix) => strip.includes(prefix))) &&
    (map.length === 0 || [...mapped.origins].some(([name, [from]]) => from?.endsWith(name) === false))
  );
}

/** Most prefixes that are tried where nothing fits. */
const prefixesTried = 8;

/** General families that fit what stands below a prefix that no family has. */
function prefixesThatFit(families: readonly Family[], places: Places): readonly (readonly [string, Attempt])[] {
  const general = families.filter((family) => family.strip === undefined && family.map === undefined);
  return places.of({}).flatMap((dictionary) => {
    const counts = new Map<string, number>();
    for (const name of dictionary.tensors.keys()) {
      const segments = stripPrefixes(name, wrapperPrefixes).name.split('.');
      for (let length = 1; length <= Math.min(3, segments.length - 2); length++) {
        const prefix = segments.slice(0, length).join('.');
        counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
      }
    }
    const tried = [...counts].sort(([, a], [, b]) => b - a).slice(0, prefixesTried);
    return tried.flatMap(([prefix]) =>
      general
        .map((family) => attemptFamily(family, dictionary, { strip: [prefix] }))
        .filter(isComplete)
        .map((attempt) => [prefix, attempt] as const),
    );
  });
}

/** What families that fit the same tensors would make of them. */
function meaning({ family, facts, mapped }: Attempt): string {
  const weights = [...mapped.origins].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([family.architecture, sorted(facts), inputOf(family), family.layer, weights]);
}

/** Families that are published in the same form, so that the file may be of them. */
function sameForm(
  { family, dictionary, facts }: Attempt,
  others: readonly Attempt[],
  { file }: Checkpoint,
  options: RecogniseOptions,
): readonly string[] {
  const attempts = [
    ...others,
    ...listFamilies()
      .filter(({ sharesForm = [], variantOf }) => sharesForm.includes(family.name) || variantOf === family.name)
      .map((other) => attemptFamily(other, dictionary, options))
      .filter(isComplete),
  ];
  if (attempts.length === 0) return [];
  const isSame = attempts.every((other) => JSON.stringify(inputOf(other.family)) === JSON.stringify(inputOf(family)));
  const shared = `have the same names and shapes${isSame ? ' and preprocessing' : ''}`;
  const names = attempts.map(
    (other) => `${other.family.name} (${[other.family.title, ...otherFacts(other, facts)].join(', ')})`,
  );
  const named = attempts.map((other) => other.family);
  const published = named.find((other) => isPublished(other, file));
  return [
    `Taken as ${family.name}; checkpoints of ${names.sort().join(', ')} ${shared}: name the family if it is one of them.`,
    ...(published === undefined || isPublished(family, file)
      ? []
      : [`${published.name} is published under the name of this file.`]),
  ];
}

/** Facts of a family that are not those of another. */
function otherFacts({ facts }: Attempt, than: ArchitectureFacts): readonly string[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    name in than && than[name] !== value ? [`${name} ${String(value)}`] : [],
  );
}

/** Whether a family is published under the name of a file. */
function isPublished({ files = [] }: Family, file: string): boolean {
  return files.some(({ name }) => name === path.basename(file));
}

/** Segments that only states of optimizers have. */
const optimizerSegments = new Set(['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq', 'momentum_buffer', 'square_avg', 'step']);

function isOptimizer(names: readonly string[]): boolean {
  return names.every((name) => segmentsOf(name).some((segment) => optimizerSegments.has(segment)));
}

function inputOf({ input }: Pick<Family, 'input'>): Readonly<Record<string, unknown>> {
  return typeof input === 'string' ? { preset: input } : input;
}

function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Puts together what was found, with what lies beside the file. */
function describe(
  { attempt, says }: Found,
  checkpoint: Checkpoint,
  places: Places,
  configs: readonly ModelConfig[],
  options: RecogniseOptions,
): RecognisedModel {
  const { family, dictionary, mapped } = attempt;
  const config = configs.find(({ kind }) => kind === family.known?.beside || (family.config ?? []).includes(kind));
  const { width } = sizeOfNetwork(family.architecture, mapped.weights);
  if (config?.width !== undefined && width !== undefined && config.width !== width)
    throw new InputError('CHECKPOINT_CONFIG', `is for a network of width ${String(config.width)}`, {
      file: config.files[0] ?? checkpoint.file,
      expected: `that of ${checkpoint.file}, whose width is ${String(width)}`,
      hint: 'Put the file that belongs to it there, or move this one elsewhere.',
    });
  const { epsilon, heads, activation } = config?.facts ?? {};
  const ofConfig = family.architecture === 'vit' ? defined({ heads, activation, epsilon }) : {};
  const facts = sorted({ ...attempt.facts, ...ofConfig, ...options.facts });
  if (family.architecture === 'vit' && facts['heads'] === undefined)
    throw headsMissing(checkpoint.file, family, width ?? 0);
  checkFacts(family.architecture, facts);
  const input = config?.input ?? inputOf(family);
  return {
    checkpoint,
    architecture: family.architecture,
    facts,
    weights: mapped.weights,
    family: family.name,
    title: family.title,
    source: family.source,
    licence: family.licence,
    taken: {
      path: dictionary.path,
      why: whyTaken(attempt, places, options),
      others: listDictionaries(checkpoint.root)
        .map((listed) => listed.path)
        .filter((other) => other !== dictionary.path),
    },
    stripped: attempt.stripped,
    dropped: attempt.dropped,
    input,
    layer: family.layer,
    assumptions: [
      ...factSentences(family, facts, ofConfig, options.facts ?? {}, config),
      inputSentence(family, input, config),
      ...(family.assumes ?? []),
      ...says,
    ],
    recipe: createHash('sha256')
      .update(JSON.stringify([codeVersion, family, dictionary.path, options.strip, facts, input]))
      .digest('hex'),
  };
}

function defined<T>(record: Readonly<Record<string, T | undefined>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined));
}

function whyTaken({ family, dictionary }: Attempt, places: Places, { take }: RecogniseOptions): string {
  if (take !== undefined) return 'it was named';
  const why =
    family.take?.includes(dictionary.path) === true
      ? `${family.title} is published so`
      : dictionary.path === ''
        ? 'the file holds its tensors directly'
        : 'weights are usually kept there';
  const student = dictionary.path === 'teacher' ? places.at('student') : undefined;
  if (student === undefined) return why;
  const other = attemptFamily(family, student, {});
  const sizes = [dictionary, student].map(({ tensors }) => tensors.size);
  const of = (attempt: Attempt) => sizeOfNetwork(family.architecture, attempt.mapped.weights);
  const [teacherSize, studentSize] = [of(attemptFamily(family, dictionary, {})), of(other)];
  if (teacherSize.width === studentSize.width && teacherSize.depth === studentSize.depth)
    return `the teacher is what is evaluated; the student has the same size`;
  const words = ({ width, depth }: typeof teacherSize, tensors = 0) =>
    `${width === undefined ? '' : `width ${String(width)}, `}depth ${String(depth)}, ${String(tensors)} tensors`;
  return `the teacher is what is evaluated (${words(teacherSize, sizes[0])}); the student has another size (${words(studentSize, sizes[1])}): take \`student\` for it`;
}

function factSentences(
  { title }: Family,
  facts: ArchitectureFacts,
  ofConfig: ArchitectureFacts,
  given: ArchitectureFacts,
  config: ModelConfig | undefined,
): readonly string[] {
  return Object.entries(facts).map(([name, value]) => {
    const by =
      name in given
        ? 'as it was given'
        : name in ofConfig
          ? `as ${path.basename(config?.files[0] ?? '')} says`
          : `as ${title} has it`;
    return `${name}: ${String(value)}, ${by}.`;
  });
}

function inputSentence(
  { title }: Family,
  input: Readonly<Record<string, unknown>>,
  config: ModelConfig | undefined,
): string {
  const by =
    config?.input === undefined
      ? `as ${title} has it`
      : `as ${config.files.map((file) => path.basename(file)).join(' and ')} say`;
  const words = Object.entries(input).map(
    ([key, value]) => `${key} ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`,
  );
  return `Preprocessing: ${words.join(', ')}; ${by}.`;
}

import { type InputError, parseYaml, readInputFile, suggestName, type KeyPath } from '@intermodel/streams';
import type { Claim, ClaimKind, ConceptName, StatedClaim } from './claim.ts';
import { wordClaims } from './claim-words.ts';

/** Claims of a file, and how to tell where one stands. */
export interface ReadClaims {
  /** The claims, in order. */
  readonly claims: readonly Claim[];
  /** An error about a key of a claim, counted from 0. */
  readonly error: (
    claim: number,
    key: KeyPath,
    code: string,
    problem: string,
    expected?: string,
    hint?: string,
  ) => InputError;
}

/** Most claims of a file: each is a figure of the report. */
const mostClaims = 200;

/** What a key of a claim may hold. */
type ValueKind = 'text' | 'pair' | 'names' | 'several' | 'count' | 'sign' | 'predictor';

/** Keys of each kind of claim besides `claim`, `kind`, `source`, `statement`; those with `?` may be absent. */
const keysOfKinds: Readonly<Record<ClaimKind, Readonly<Record<string, ValueKind | `${ValueKind}?`>>>> = {
  nearer: { models: 'pair', than: 'names?' },
  category: { models: 'several' },
  categories: { number: 'count' },
  correlates: { predictor: 'predictor', with: 'text', sign: 'sign' },
  has: { model: 'text', concept: 'text', category: 'text', without: 'text' },
  complement: { models: 'pair' },
  needs: { tasks: 'several?' },
};

/** Kinds of claims. */
export const claimKinds = Object.keys(keysOfKinds) as readonly ClaimKind[];

const expectedValues: Readonly<Record<ValueKind, string>> = {
  text: 'text',
  pair: 'a list of two different models',
  names: 'a list of different names',
  several: 'a list of two different names or more',
  count: 'a whole number from 1 to 1000',
  sign: 'positive or negative',
  predictor: 'pc1, matches, unique:CATEGORY, …, or { concept: …, category: … }',
};

/**
 * Reads a file of claims.
 *
 * @param file path of a YAML file whose key `claims` lists them
 * @throws InputError `CLAIMS_SYNTAX`, `CLAIMS_SHAPE` with file, line and key.
 */
export function readClaims(file: string): ReadClaims {
  return parseClaims(file, readInputFile(file));
}

/**
 * Parses a file of claims, as {@link readClaims} does.
 *
 * @param file its path, for errors
 * @param bytes its content
 */
export function parseClaims(file: string, bytes: Uint8Array): ReadClaims {
  const { content, error } = parseYaml(file, bytes, {
    code: 'CLAIMS_SYNTAX',
    name: 'a file of claims',
    bytes: 1_000_000,
    hint: 'Correct the line; names with special characters stand between single quotes.',
  });
  const fail: Fail = (path, problem, expected, hint) => error(path, 'CLAIMS_SHAPE', problem, expected, hint);
  if (!isRecord(content) || !Array.isArray(content['claims']) || content['claims'].length === 0)
    throw fail([], 'lists no claims', 'a key `claims` with a list', 'See docs/claims.md for the kinds of claims.');
  const other = Object.keys(content).find((key) => key !== 'claims' && key !== 'source');
  if (other !== undefined) throw fail([other], `there is no key "${other}" here`, 'claims, source');
  const { source = '' } = content;
  if (typeof source !== 'string') throw fail(['source'], 'is no text', 'text');
  const list: readonly unknown[] = content['claims'];
  if (list.length > mostClaims)
    throw fail(['claims'], `lists ${String(list.length)} claims`, `at most ${String(mostClaims)}`, 'Split the file.');
  const stated = list.map((value, index) => parseClaim(value, ['claims', index], fail));
  const claims = wordClaims(stated, source);
  claims.forEach(({ claim }, index) => {
    if (claims.findIndex((earlier) => earlier.claim === claim) < index)
      throw fail(
        ['claims', index],
        `a second claim has the name "${claim}"`,
        'names that differ',
        'Name it: `claim: …`.',
      );
  });
  return { claims, error: (claim, key, ...more) => error(['claims', claim, ...key], ...more) };
}

type Fail = (path: KeyPath, problem: string, expected?: string, hint?: string) => InputError;

function parseClaim(value: unknown, path: KeyPath, fail: Fail): StatedClaim {
  if (!isRecord(value)) throw fail(path, 'is no claim', 'keys and values, `kind` among them');
  const kind = value['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(keysOfKinds, kind))
    throw fail(
      [...path, ...(kind === undefined ? [] : ['kind'])],
      typeof kind === 'string' ? `there is no kind of claim "${kind}"` : 'has no kind',
      `kind: one of ${claimKinds.join(', ')}`,
      typeof kind === 'string' ? suggestName(kind, claimKinds) : undefined,
    );
  const keys = keysOfKinds[kind as ClaimKind];
  const texts = ['claim', 'source', 'statement'];
  const known = ['kind', ...texts, ...Object.keys(keys)];
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined)
    throw fail(
      [...path, other],
      `a claim of kind ${kind} has no key "${other}"`,
      known.join(', '),
      suggestName(other, known),
    );
  for (const key of texts)
    if (value[key] !== undefined && (typeof value[key] !== 'string' || value[key] === ''))
      throw fail([...path, key], 'is no text', 'text');
  if (typeof value['claim'] === 'string' && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/u.test(value['claim']))
    throw fail([...path, 'claim'], `"${value['claim']}" is no name`, 'letters, digits, `.`, `_` and `-`');
  for (const [key, form] of Object.entries(keys)) {
    const given = value[key];
    const wanted = form.replace('?', '') as ValueKind;
    if (given === undefined && form.endsWith('?')) continue;
    if (given === undefined)
      throw fail(path, `a claim of kind ${kind} needs the key "${key}"`, `${key}: ${expectedValues[wanted]}`);
    if (!isValue(given, wanted)) throw fail([...path, key], `is ${shown(given)}`, expectedValues[wanted]);
  }
  if (kind === 'has' && value['model'] === value['without'])
    throw fail([...path, 'without'], 'is the model itself', 'another model');
  if (
    kind === 'nearer' &&
    Array.isArray(value['than']) &&
    value['than'].some((name) => (value['models'] as unknown[]).includes(name))
  )
    throw fail([...path, 'than'], 'names one of the two models', 'other models');
  return value as unknown as StatedClaim;
}

/** A value as errors show it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isValue(value: unknown, kind: ValueKind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'pair':
      return isNames(value) && value.length === 2;
    case 'names':
      return isNames(value);
    case 'several':
      return isNames(value) && value.length > 1;
    case 'count':
      return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1000;
    case 'sign':
      return value === 'positive' || value === 'negative';
    case 'predictor':
      return typeof value === 'string' ? value !== '' : isConcept(value);
  }
}

function isNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && name !== '') &&
    new Set(value).size === value.length
  );
}

function isConcept(value: unknown): value is ConceptName {
  return (
    isRecord(value) &&
    Object.keys(value).length === 2 &&
    typeof value['concept'] === 'string' &&
    typeof value['category'] === 'string'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

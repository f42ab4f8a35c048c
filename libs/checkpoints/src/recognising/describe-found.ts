import { createHash } from 'node:crypto';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import type { ArchitectureFacts, ArchitectureName } from '../architecture.ts';
import { architectureFacts, checkFacts } from '../building/architecture-facts.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { RecognisedModel } from '../recognised-model.ts';
import { attemptFamily, type Attempt } from './attempt.ts';
import type { ModelConfig } from './config-files.ts';
import { listDictionaries } from './dictionaries.ts';
import { headsMissing } from './explain-misfit.ts';
import { inputOf, type Family } from './family.ts';
import { isUsualPlace, type Places } from './places.ts';
import type { RecogniseOptions } from './recognise-options.ts';
import { isPublishedAs } from './same-form.ts';
import { sizeInWords } from './size-in-words.ts';
import { sizeOfNetwork } from './weights/compare-weights.ts';

/** Raised whenever the same file and recipe come to give another network. */
const codeVersion = 1;

/** What a checkpoint was found to be. */
export interface Found {
  /** The family, and what it makes of the checkpoint. */
  readonly attempt: Attempt;
  /** What there is to be said of how it was found. */
  readonly says: readonly string[];
}

/** Puts together what was found, what lies beside the file, and what the user says over both. */
export function describeFound(
  { attempt, says }: Found,
  checkpoint: Checkpoint,
  places: Places,
  configs: readonly ModelConfig[],
  options: RecogniseOptions,
): RecognisedModel {
  const { family, dictionary, mapped } = attempt;
  const { architecture } = family;
  const { width } = sizeOfNetwork(architecture, mapped.weights);
  const config = configOf(family, configs);
  requireSameWidth(config, width, checkpoint.file);
  if (config?.isGated === true && !mapped.weights.has('blocks.0.mlp.w3.weight'))
    throw new InputError(
      'CHECKPOINT_CONFIG',
      'says "silu", which the gate of an MLP of three layers has, and there are two',
      {
        file: config.files[0] ?? checkpoint.file,
        column: 'hidden_act',
        expected: 'the activation of the MLP of these weights',
        hint: 'Networks with SiLU between two layers cannot be built.',
      },
    );
  const ofConfig = factsOf(architecture, config?.facts ?? {});
  const facts = sortKeys({ ...attempt.facts, ...ofConfig, ...options.facts });
  if (architecture === 'vit' && facts['heads'] === undefined) throw headsMissing(checkpoint.file, family, width ?? 0);
  checkFacts(architecture, facts);
  const input = config?.input ?? inputOf(family);
  const given = options.facts ?? {};
  const inOwnSize = attempt.isPublishedSize
    ? []
    : [`${family.title} is not published in this size: what else is said of it may not hold.`];
  const factSentence = (name: string) =>
    `${name}: ${String(facts[name])}, ${sourceOf(name, family, given, ofConfig, config)}.`;
  return {
    checkpoint,
    architecture,
    facts,
    weights: mapped.weights,
    family: family.name,
    title: family.title,
    source: family.source,
    // What has no more than a form of many may be of anyone.
    licence: family.general === true && !isPublishedAs(family, checkpoint.file) ? undefined : family.licence,
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
      ...Object.keys(facts).map(factSentence),
      inputSentence(family, input, config),
      ...(family.assumes ?? []),
      ...inOwnSize,
      ...says,
    ],
    doubts: [
      ...Object.keys(facts)
        .filter((name) => isByFamilyAlone(name, architecture) && !(name in given) && !(name in ofConfig))
        .map(factSentence),
      ...(family.general === true ? (family.assumes ?? []) : []),
      ...inOwnSize,
      ...says,
    ],
    recipe: createHash('sha256')
      .update(JSON.stringify([codeVersion, family, dictionary.path, options.strip, facts, input]))
      .digest('hex'),
  };
}

/** Those facts that an architecture has. */
function factsOf(architecture: ArchitectureName, facts: ArchitectureFacts): ArchitectureFacts {
  const known = architectureFacts[architecture].map(({ name }) => name);
  return Object.fromEntries(Object.entries(facts).filter(([name]) => known.includes(name)));
}

/** Whether a fact can only be known of the family: weights do not tell it, and nothing is usual. */
function isByFamilyAlone(name: string, architecture: ArchitectureName): boolean {
  return architectureFacts[architecture].some((fact) => fact.name === name && fact.missing === 'required');
}

/** The description beside the file that a family goes by. */
function configOf({ known, config = [] }: Family, configs: readonly ModelConfig[]): ModelConfig | undefined {
  return configs.find(({ kind }) => kind === known?.beside || config.includes(kind));
}

function requireSameWidth(config: ModelConfig | undefined, width: number | undefined, file: string): void {
  if (config?.width === undefined || width === undefined || config.width === width) return;
  throw new InputError('CHECKPOINT_CONFIG', `is for a network of width ${String(config.width)}`, {
    file: config.files[0] ?? file,
    expected: `that of ${file}, whose width is ${String(width)}`,
    hint: 'Put the file that belongs to it there, or move this one elsewhere.',
  });
}

function sortKeys(facts: ArchitectureFacts): ArchitectureFacts {
  return Object.fromEntries(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function whyTaken(attempt: Attempt, places: Places, { take, strip }: RecogniseOptions): string {
  const { family, dictionary } = attempt;
  if (take !== undefined) return 'it was named';
  const student = dictionary.path === 'teacher' ? places.at('student') : undefined;
  if (student === undefined) {
    if (family.take?.includes(dictionary.path) === true) return `${family.title} is published so`;
    if (dictionary.path === '') return 'the file holds its tensors directly';
    return isUsualPlace(dictionary.path, family)
      ? 'weights are usually kept there'
      : 'nothing else in the file is a network that is known';
  }
  const ofTeacher = sizeInWords(attempt);
  const ofStudent = sizeInWords(attemptFamily(family, student, { strip }));
  const why = 'the teacher is what is evaluated';
  return ofTeacher === ofStudent
    ? `${why}; the student has the same size`
    : `${why} (${ofTeacher}); the student has another size (${ofStudent}): take \`student\` for it`;
}

/** Who says a fact. */
function sourceOf(
  name: string,
  { title }: Family,
  given: ArchitectureFacts,
  ofConfig: ArchitectureFacts,
  config: ModelConfig | undefined,
): string {
  if (name in given) return 'as it was given';
  return name in ofConfig && config !== undefined
    ? `as ${namesOf(config.files.slice(0, 1))} says`
    : `as ${title} has it`;
}

function inputSentence(
  { title }: Family,
  input: Readonly<Record<string, unknown>>,
  config: ModelConfig | undefined,
): string {
  const words = Object.entries(input).map(
    ([key, value]) => `${key} ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`,
  );
  const by = config?.input === undefined ? `as ${title} has it` : `by ${namesOf(config.files)}`;
  return `Preprocessing: ${words.join(', ')}; ${by}.`;
}

function namesOf(files: readonly string[]): string {
  return files.map((file) => path.basename(file)).join(' and ');
}

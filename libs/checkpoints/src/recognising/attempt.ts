import type { ArchitectureFacts, ArchitectureName } from '../architecture.ts';
import type { DroppedTensor } from '../recognised-model.ts';
import type { Tensor } from '../tensor.ts';
import type { Dictionary } from './dictionaries.ts';
import type { DropRule, Family, FamilyFact } from './family.ts';
import { mapNames, wholePattern, type FailedChange, type MappedWeights } from './map-names.ts';
import { isPublishedSize } from './published-sizes.ts';
import { spatialHeads, type SpatialTensor } from './spatial-heads.ts';
import { stripPrefixes, wrapperPrefixes } from './strip-prefixes.ts';
import { compareWeights, sizeOfNetwork, type Misshapen, type NetworkSize } from './weights/compare-weights.ts';

/** Tensors that no network is made of, whatever the family. */
const alwaysDropped = [
  { names: '(?:.*\\.)?num_batches_tracked', why: 'counter of training batches' },
  { names: '(?:.*\\.)?total_(?:ops|params)', why: 'counter of a profiler' },
] as const;

/** A family held against a dictionary of tensors. */
export interface Attempt {
  /** The family. */
  readonly family: Family;
  /** The dictionary. */
  readonly dictionary: Dictionary;
  /** Weights by the names of the architecture, and what they are made of: by the names of the dictionary. */
  readonly mapped: MappedWeights;
  /** Prefixes that were taken off. */
  readonly stripped: readonly string[];
  /** Tensors that are no part of the network. */
  readonly dropped: readonly DroppedTensor[];
  /** Those of them that are kernels larger than 1 x 1 of something else, and that the family does not say to be so. */
  readonly spatial: readonly SpatialTensor[];
  /** What weights do not tell, as far as it is known. */
  readonly facts: ArchitectureFacts;
  /** Whether the family is published in this size. */
  readonly isPublishedSize: boolean;
  /** Names of the architecture that are missing. */
  readonly missing: readonly string[];
  /** Names of the dictionary that no rule is for. */
  readonly leftOver: readonly string[];
  /** Weights of other shapes. */
  readonly misshapen: readonly Misshapen[];
  /** Tensors that cannot be changed as the family says. */
  readonly failed: readonly FailedChange[];
  /** Weights that fit. */
  readonly fitting: number;
}

/** Whether all tensors are used or dropped, and nothing is missing. */
export function isComplete({ missing, leftOver, misshapen, failed }: Attempt): boolean {
  return missing.length + leftOver.length + misshapen.length + failed.length === 0;
}

/** How well a family fits, from 0 to 1: for one that fits wholly 1. */
export function closeness({ fitting, missing, leftOver, misshapen, failed }: Attempt): number {
  return fitting / Math.max(1, fitting + missing.length + leftOver.length + misshapen.length + failed.length);
}

/** Tensors of the kinds that an architecture has most of: by the end of the name, and the number of axes. */
const kindsOfTensors: Readonly<Record<ArchitectureName, readonly string[]>> = {
  resnet: ['weight 4', 'weight 1', 'bias 1', 'running_mean 1', 'running_var 1'],
  vit: ['weight 2', 'weight 1', 'bias 1', 'kernel 2', 'scale 1'],
  convnext: ['weight 4', 'weight 2', 'weight 1', 'bias 1', 'gamma 1'],
  vgg: ['weight 4', 'bias 1', 'weight 2'],
  alexnet: ['weight 4', 'bias 1'],
  squeezenet: ['weight 4', 'bias 1'],
};

/** Share of tensors that are of the kinds of an architecture, whatever their names. */
function kinship({ family, dictionary }: Attempt): number {
  const kinds = kindsOfTensors[family.architecture];
  let alike = 0;
  for (const [name, { shape }] of dictionary.tensors)
    if (kinds.includes(`${name.split(/[./]/u).at(-1) ?? ''} ${String(shape.length)}`)) alike += 1;
  return alike / dictionary.tensors.size;
}

/** Closeness below which names are alike by chance. */
const byChance = 0.15;

/** Whether what fits does so by chance. */
export function isByChance(attempt: Attempt): boolean {
  return closeness(attempt) < byChance;
}

/**
 * Sorts attempts, the nearest first: of equals the one whose architecture has such tensors, what is no more than a form,
 * and the one that lies deeper, since less lies around it.
 */
export function nearestFirst(attempts: readonly Attempt[]): readonly Attempt[] {
  const judged = attempts.map((attempt) => ({
    attempt,
    scores: [
      isByChance(attempt) ? 0 : closeness(attempt),
      kinship(attempt),
      attempt.family.general !== true ? 0 : attempt.family.strip === undefined ? 2 : 1,
      attempt.dictionary.path.length,
    ],
  }));
  judged.sort((a, b) => {
    const at = a.scores.findIndex((score, index) => score !== b.scores[index]);
    return at < 0 ? 0 : (b.scores[at] ?? 0) - (a.scores[at] ?? 0);
  });
  return judged.map(({ attempt }) => attempt);
}

/** What the user says in place of the family. */
export interface Overrides {
  /** Prefixes in place of the family's: what has none of them is no part of the network. */
  readonly strip?: readonly string[] | undefined;
  /** Facts over those of the family. */
  readonly facts?: ArchitectureFacts | undefined;
}

/** Holds a family against a dictionary. */
export function attemptFamily(family: Family, dictionary: Dictionary, { strip, facts }: Overrides): Attempt {
  const sorted = sortTensors(family, dictionary, strip);
  const mapped = mapNames(sorted.tensors, family);
  const size = sizeOfNetwork(family.architecture, mapped.weights);
  const isPublished = isPublishedSize(family, size);
  const known = { ...resolveFacts(family, isPublished ? size : undefined), ...facts };
  const differences = compareWeights(family.architecture, mapped.weights, known);
  const original = (name: string) => sorted.originals.get(name) ?? name;
  const originalsOf = (name: string) => (mapped.origins.get(name) ?? [name]).map(original);
  return {
    family,
    dictionary,
    mapped: {
      ...mapped,
      origins: new Map([...mapped.origins.keys()].map((name) => [name, originalsOf(name)] as const)),
    },
    stripped: sorted.stripped,
    dropped: sorted.dropped,
    spatial: spatialHeads(sorted.unexpected, sorted.tensors),
    facts: known,
    isPublishedSize: isPublished,
    missing: differences.missing,
    leftOver: [...sorted.outside, ...differences.leftOver.flatMap(originalsOf)],
    misshapen: differences.misshapen,
    failed: [...sorted.doubled, ...mapped.failed].map(({ name, why }) => ({ name: original(name), why })),
    fitting: differences.fitting,
  };
}

interface SortedTensors {
  /** Those of the network, by their names without prefixes. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Names in the dictionary by names without prefixes. */
  readonly originals: ReadonlyMap<string, string>;
  readonly dropped: readonly DroppedTensor[];
  /** Those that are dropped by a rule that does not say that kernels may be among them. */
  readonly unexpected: ReadonlyMap<string, Tensor>;
  readonly stripped: readonly string[];
  /** Names that have none of the prefixes that others have. */
  readonly outside: readonly string[];
  /** Names that are the same without their prefixes. */
  readonly doubled: readonly FailedChange[];
}

function sortTensors(family: Family, dictionary: Dictionary, given: readonly string[] | undefined): SortedTensors {
  const prefixes = given ?? family.strip ?? [];
  const rules: readonly DropRule[] = [...alwaysDropped, ...(family.drop ?? [])];
  const dropped: DroppedTensor[] = [];
  const unexpected = new Map<string, Tensor>();
  const kept: { raw: string; name: string; tensor: Tensor; stripped: readonly string[]; isInside: boolean }[] = [];
  for (const [raw, tensor] of dictionary.tensors) {
    const wrapped = stripPrefixes(raw, wrapperPrefixes).name;
    const { name, stripped } = stripPrefixes(raw, [...wrapperPrefixes, ...prefixes]);
    const isInside = prefixes.length === 0 || stripped.some((prefix) => prefixes.includes(prefix));
    // What the user named is the network, whatever the family takes it for.
    const names = given === undefined ? [raw, wrapped, name] : [name];
    const rule = rules.find((drop) => names.some((candidate) => wholePattern(drop.names).test(candidate)));
    if (rule !== undefined) {
      dropped.push({ name: raw, why: rule.why });
      if (rule.spatial !== true) unexpected.set(raw, tensor);
    } else kept.push({ raw, name, tensor, stripped, isInside });
  }
  const isPrefixed = given !== undefined || kept.some(({ isInside }) => isInside);
  const tensors = new Map<string, Tensor>();
  const originals = new Map<string, string>();
  const stripped = new Set<string>();
  const outside: string[] = [];
  const doubled: FailedChange[] = [];
  for (const tensor of kept) {
    if (isPrefixed && !tensor.isInside) {
      const why = given === undefined ? family.outside : `not below ${prefixes.join(' or ')}`;
      if (why === undefined) outside.push(tensor.raw);
      else {
        dropped.push({ name: tensor.raw, why });
        unexpected.set(tensor.raw, tensor.tensor);
      }
      continue;
    }
    for (const prefix of tensor.stripped) stripped.add(prefix);
    const other = originals.get(tensor.name);
    if (other !== undefined) doubled.push({ name: tensor.raw, why: `${other} has the same name without its prefixes` });
    tensors.set(tensor.name, tensor.tensor);
    originals.set(tensor.name, tensor.raw);
  }
  return { tensors, originals, dropped, unexpected, stripped: [...stripped], outside, doubled };
}

/** Facts of a family for a network of some size; without one, those that hold for all. */
function resolveFacts({ facts = {} }: Family, size: NetworkSize | undefined): ArchitectureFacts {
  const resolve = (fact: FamilyFact) => {
    if (typeof fact !== 'object') return fact;
    return 'byWidth' in fact ? fact.byWidth[String(size?.width)] : fact.byDepth[String(size?.depth)];
  };
  const resolved: Record<string, string | number | boolean> = {};
  for (const [name, fact] of Object.entries(facts)) {
    const value = resolve(fact);
    if (value !== undefined) resolved[name] = value;
  }
  return resolved;
}

import { InputError } from '@intermodel/errors';
import type { Checkpoint } from '../checkpoint.ts';
import type { RecognisedModel } from '../recognised-model.ts';
import { attemptFamily, isComplete, nearestFirst, type Attempt } from './attempt.ts';
import { describeFound, type Found } from './describe-found.ts';
import { readConfigs, type ReadConfigs } from './config-files.ts';
import { tensorsBelow } from './dictionaries.ts';
import {
  ambiguous,
  lacksHeads,
  nothingFits,
  notSuch,
  optimizerOnly,
  spatialHead,
  uncertain,
} from './explain-misfit.ts';
import { hasSigns, isContradicted } from './family-signs.ts';
import type { Family } from './family.ts';
import { fittingPrefixes } from './fitting-prefixes.ts';
import { isOfItsForm } from './is-of-its-form.ts';
import { listFamilies, requireFamily } from './list-families.ts';
import { networksBeside, sayWhichWasTaken, severalNetworks } from './networks-beside.ts';
import { Places } from './places.ts';
import { readRecipe } from './read-recipe.ts';
import type { RecogniseOptions } from './recognise-options.ts';
import { meaningOf, sayWhatIsAlike, sharingForm } from './same-form.ts';
import { withinTime } from './within-time.ts';

/**
 * Finds out what a checkpoint is: takes the dictionary of weights, takes prefixes off names, drops what is no part of
 * the network, and gives the rest the names of an architecture. Nothing is chosen without being said in the result.
 *
 * @throws InputError `CHECKPOINT_UNRECOGNISED` with the nearest families and how their keys differ,
 *   `CHECKPOINT_FAMILY_UNKNOWN`, `CHECKPOINT_FAMILY_AMBIGUOUS`, `CHECKPOINT_FAMILY_UNCERTAIN`,
 *   `CHECKPOINT_FAMILY_MISMATCH`, `CHECKPOINT_TAKE_MISSING`, `CHECKPOINT_TAKE_UNCERTAIN`, `CHECKPOINT_STRIP_MISSING`, `CHECKPOINT_FACT_MISSING`,
 *   `CHECKPOINT_OPTIMIZER_ONLY`, `CHECKPOINT_NO_TENSORS`, `CHECKPOINT_CONFIG`, `RECIPE_PATTERN_ENDLESS`; those of
 *   recipes and of facts.
 */
export function recogniseModel(checkpoint: Checkpoint, options: RecogniseOptions = {}): RecognisedModel {
  const { recipe } = options;
  return recipe === undefined ? find(checkpoint, options) : withinTime(recipe, () => find(checkpoint, options));
}

function find(checkpoint: Checkpoint, options: RecogniseOptions): RecognisedModel {
  const { file } = checkpoint;
  const named = namedFamily(options, file);
  const places = new Places(checkpoint, options);
  const configs = readConfigs(file);
  const found =
    named === undefined
      ? recognise(checkpoint, places, configs, options)
      : holdNamed(named, checkpoint, places, options);
  const { known, config } = found.attempt.family;
  // A file that a family does not go by may be of anything.
  if (configs.problem !== undefined && (known?.beside !== undefined || config !== undefined)) throw configs.problem;
  return describeFound(found, checkpoint, places, configs.found, options);
}

function namedFamily({ family, recipe }: RecogniseOptions, file: string): Family | undefined {
  if (recipe === undefined) return family === undefined ? undefined : requireFamily(family);
  const read = readRecipe(recipe);
  if (family !== undefined && family !== read.name)
    throw new InputError(
      'CHECKPOINT_FAMILY_UNKNOWN',
      `"${family}" is not the family of the recipe, which is "${read.name}"`,
      { file, hint: 'Give `models[].family` or `models[].recipe`, not both.' },
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

/** Finds the family by its signs; where these are missing, by all that fit coming to the same. */
function recognise(checkpoint: Checkpoint, places: Places, configs: ReadConfigs, options: RecogniseOptions): Found {
  const { file, root } = checkpoint;
  const registry = options.families ?? listFamilies();
  const families = registry.filter(({ variantOf }) => variantOf === undefined);
  const choose = (candidates: readonly Attempt[], refusal: typeof ambiguous): Found | undefined => {
    const chosen = candidates.find(({ family }) => family.general === true) ?? candidates[0];
    if (chosen === undefined) return undefined;
    const taken = sayWhichWasTaken(chosen, networksBeside(chosen, places, families, options), file);
    if (new Set(candidates.map(meaningOf)).size > 1)
      throw candidates.every(({ dictionary }) => dictionary === chosen.dictionary)
        ? refusal(file, candidates)
        : severalNetworks(file, candidates);
    const alike = [...candidates.filter((attempt) => attempt !== chosen), ...sharingForm(chosen, registry, options)];
    // What the form leaves open, families that are published in it may have each in their own way.
    if (alike.length > 0 && lacksHeads(chosen)) throw uncertain(file, [chosen, ...alike]);
    return { attempt: chosen, says: [...taken, ...sayWhatIsAlike(chosen, alike, file)] };
  };
  const { attempts: signed, told } = certainFamilies(families, checkpoint, places, configs, options);
  const certain = choose(mostTelling(signed.filter(leavesNoHead), told), ambiguous);
  if (certain !== undefined) return certain;
  if (configs.problem !== undefined) throw configs.problem;
  const attempts = families
    .flatMap((family) => places.of(family).map((dictionary) => attemptFamily(family, dictionary, options)))
    .filter(isOfItsForm);
  // A family that expects such a head is no better than others where its signs are missing.
  const fitted = signed.length > 0 ? signed : fittingFamilies(attempts, options);
  if (!fitted.every(leavesNoHead)) throw spatialHead(file, fitted);
  const fitting = choose(fitted, uncertain);
  if (fitting !== undefined) return fitting;
  const all = tensorsBelow(root);
  if (isOptimizer([...all.keys()])) throw optimizerOnly(file, all.size);
  throw nothingFits(file, attempts, options.strip === undefined ? fittingPrefixes(families, places) : []);
}

/** Whether no kernels of another network would be left out: where they would, the family has to be named. */
function leavesNoHead({ spatial }: Attempt): boolean {
  return spatial.length === 0;
}

/** Families that fit wholly and that nothing speaks against, each where it prefers to lie. */
function fittingFamilies(attempts: readonly Attempt[], { strip }: RecogniseOptions): readonly Attempt[] {
  const fitting = new Map<Family, Attempt>();
  for (const attempt of attempts) {
    const { family, dictionary } = attempt;
    if (!fitting.has(family) && isComplete(attempt) && !isContradicted(family, { dictionary, strip }))
      fitting.set(family, attempt);
  }
  return ofPublishedSize([...fitting.values()]);
}

/** Those that are published in the size of the network, if there are any. */
function ofPublishedSize(attempts: readonly Attempt[]): readonly Attempt[] {
  const published = attempts.filter(({ isPublishedSize }) => isPublishedSize);
  return published.length > 0 ? published : attempts;
}

/**
 * Families that fit wholly and whose signs are there, each where it lies by its own preference; of these, those that are
 * told by what stands elsewhere in the file.
 */
function certainFamilies(
  families: readonly Family[],
  checkpoint: Checkpoint,
  places: Places,
  { found }: ReadConfigs,
  options: RecogniseOptions,
): { readonly attempts: readonly Attempt[]; readonly told: ReadonlySet<Attempt> } {
  const beside = new Set(found.map(({ kind }) => kind));
  const { take, strip } = options;
  const told = new Set<Attempt>();
  const attempts = families.flatMap((family) => {
    const dictionaries = places.of(family);
    for (const [index, dictionary] of dictionaries.entries()) {
      if (!hasSigns(family, { checkpoint, dictionary, beside, take, strip })) continue;
      // The signs may stand in the student alone, and the teacher is what is taken.
      const preferred = dictionaries.slice(0, index).filter(({ path }) => family.take?.includes(path) === true);
      const attempt = [...preferred, dictionary].map((each) => attemptFamily(family, each, options)).find(isComplete);
      if (attempt === undefined) continue;
      if (attempt.dictionary !== dictionary) told.add(attempt);
      return [attempt];
    }
    return [];
  });
  return { attempts, told };
}

/**
 * What lies beside the file says most, then what stands beside the network in it, and what is no more than a form least;
 * but where the form is all that there is of a family, anyone's network may have it.
 */
function mostTelling(certain: readonly Attempt[], told: ReadonlySet<Attempt>): readonly Attempt[] {
  const described = certain.filter(({ family }) => family.known?.beside !== undefined);
  if (described.length > 0) return described;
  const byOthers = certain.filter((attempt) => told.has(attempt));
  if (byOthers.length > 0) return byOthers;
  const forms = certain.filter(({ family }) => family.general === true);
  const isFormAlone = ({ family: { sharesForm = [] }, dictionary }: Attempt) =>
    forms.some((form) => form.dictionary === dictionary && sharesForm.includes(form.family.name));
  const specific = certain.filter((attempt) => !forms.includes(attempt) && !isFormAlone(attempt));
  return specific.length > 0 ? ofPublishedSize(specific) : forms;
}

/** Segments that only states of optimizers have. */
const optimizerSegments = new Set(['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq', 'momentum_buffer', 'square_avg', 'step']);

function isOptimizer(names: readonly string[]): boolean {
  return names.every((name) => name.split(/[./]/u).some((segment) => optimizerSegments.has(segment)));
}

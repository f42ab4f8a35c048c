import { InputError } from '@intermodel/errors';
import { closeness, isByChance, nearestFirst, type Attempt } from './attempt.ts';
import { familiesFolder } from './families-folder.ts';
import type { Family } from './family.ts';
import type { FittingPrefix } from './fitting-prefixes.ts';
import { isPublishedAs } from './same-form.ts';
import { sizeOfNetwork } from './weights/compare-weights.ts';

/** Most names of each kind that a message lists. */
const listed = 5;

/** How to say what the registry does not. */
const ownRecipe = [
  `Where it is of no family that is known, write a recipe (\`models[].recipe\`): a YAML file in the form of those in ${familiesFolder}, such as`,
  '    name: mine',
  '    title: My network',
  '    source: https://example.org/mine',
  '    strip: [encoder]',
  '    drop:',
  "      - { names: 'head\\..*', why: projection head }",
  '    map:',
  "      - { from: 'stem\\.conv\\.(.*)', to: conv1.$1 }",
  '    architecture: resnet',
  '    input: imagenet',
  '  with architecture one of resnet, vit, convnext, vgg, alexnet, squeezenet.',
].join('\n');

/** A family that the user named does not fit. */
export function notSuch(file: string, attempt: Attempt): InputError {
  return new InputError(
    'CHECKPOINT_FAMILY_MISMATCH',
    `is not ${attempt.family.title} (${attempt.family.name}): ${differences(attempt)}`,
    {
      file,
      expected: `the tensors of ${attempt.family.title}, as a ${attempt.family.architecture}`,
      hint: `Leave the family out to have it recognised, name another dictionary (\`models[].take\`) or prefixes (\`models[].strip\`), or correct the recipe.`,
    },
  );
}

/** No family fits. */
export function nothingFits(file: string, attempts: readonly Attempt[], below: readonly FittingPrefix[]): InputError {
  const nearest: Attempt[] = [];
  for (const attempt of nearestFirst(attempts))
    if (!nearest.some(({ family }) => family.architecture === attempt.family.architecture)) nearest.push(attempt);
  const [first, ...others] = nearest;
  const also = others
    .filter((attempt) => first !== undefined && closeness(attempt) > Math.max(0.2, closeness(first) / 2))
    .map((attempt) => `; then ${nameOf(attempt)}, of whose weights ${percent(attempt)} are there`)
    .join('');
  return new InputError(
    'CHECKPOINT_UNRECOGNISED',
    `is of no family that is known${first === undefined ? '' : `${isByChance(first) ? ', and has next to nothing in common with any' : ''}; the nearest is ${nameOf(first)}: ${differences(first)}${also}`}`,
    {
      file,
      expected: 'all tensors used, or known to be no part of the network',
      hint: `${belowPrefixes(below)}${ownRecipe}`,
    },
  );
}

/** Prefixes below which there is a network after all. */
function belowPrefixes(below: readonly FittingPrefix[]): string {
  const prefixes = new Map<string, string[]>();
  for (const [prefix, { family }] of below) prefixes.set(prefix, [...(prefixes.get(prefix) ?? []), family.name]);
  return [...prefixes]
    .map(([prefix, names]) => `Below "${prefix}" (\`models[].strip\`) it fits ${some([...new Set(names)])}. `)
    .join('');
}

/** Names and shapes fit families, and do not tell which of them it is. */
export function uncertain(file: string, attempts: readonly Attempt[]): InputError {
  const names = [...new Set(attempts.map(({ family }) => family.name))].sort();
  const open = attempts.find(lacksHeads);
  const told = attempts.flatMap(({ family, facts }) =>
    'heads' in facts ? [`${family.name} has ${String(facts['heads'])} heads`] : [],
  );
  const heads =
    open === undefined
      ? ''
      : ` For a network of your own, say how many heads attention has (\`models[].heads\`): ${choicesOfHeads(widthOf(open))}.`;
  return new InputError(
    'CHECKPOINT_FAMILY_UNCERTAIN',
    `its tensors do not tell which family it is of; they fit ${names.join(', ')}`,
    {
      file,
      expected: `a name of the family, since preprocessing and what weights do not tell depend on it${told.length === 0 ? '' : ` (${told.sort().join(', ')})`}`,
      hint: `Name it (\`models[].family\`): one of ${names.join(', ')}.${hintOfName(file, attempts)}${heads}`,
    },
  );
}

/** Families fit, but what they would leave out is a head that sees more than one pixel. */
export function spatialHead(file: string, attempts: readonly Attempt[]): InputError {
  const names = [...new Set(attempts.map(({ family }) => family.name))].sort();
  const heads = attempts.flatMap(({ spatial }) => spatial);
  const kernels = [...new Set(heads.map(({ name, shape }) => `${name} [${shape.join(', ')}]`))];
  return new InputError(
    'CHECKPOINT_FAMILY_UNCERTAIN',
    `its tensors fit ${names.join(', ')}, but what is left out has kernels larger than 1 x 1, of a head or of another network (${some(kernels)}): behind such a head the last stages are often dilated`,
    {
      file,
      expected: 'a name of the family, since a network that is dilated has the same weights',
      hint: `Name it (\`models[].family\`) if the network is as usual: one of ${names.join(', ')}. Where its last stages keep their size, write a recipe (\`models[].recipe\`) in the form of those in ${familiesFolder}, with \`facts: { dilatedStages: 2 }\`.${hintOfName(file, attempts)}`,
    },
  );
}

/** Several families fit, and would give different networks or preprocessing. */
export function ambiguous(file: string, attempts: readonly Attempt[]): InputError {
  const names = attempts.map(({ family }) => family.name).sort();
  return new InputError(
    'CHECKPOINT_FAMILY_AMBIGUOUS',
    `is as much of ${names.join(' as of ')}, which differ in the network or its preprocessing`,
    {
      file,
      expected: 'a name of the family',
      hint: `Name it (\`models[].family\`): one of ${names.join(', ')}.${hintOfName(file, attempts)}`,
    },
  );
}

/** Nothing but the state of an optimizer. */
export function optimizerOnly(file: string, tensors: number): InputError {
  return new InputError(
    'CHECKPOINT_OPTIMIZER_ONLY',
    `holds ${String(tensors)} tensors of an optimizer, and no weights`,
    {
      file,
      expected: 'the weights of a model',
      hint: 'Take the file that was saved with it: weights are often in another, or under `model` or `state_dict`.',
    },
  );
}

/** Widths of heads that networks are published with. */
const headWidths: readonly number[] = [32, 48, 64, 72, 80, 88, 96, 104, 112, 120, 128];

/** Whether neither the family nor the user says into how many heads attention is cut. */
export function lacksHeads({ family, facts }: Attempt): boolean {
  return family.architecture === 'vit' && facts['heads'] === undefined;
}

/** Weights do not tell into how many heads they are cut. */
export function headsMissing(file: string, { title }: Family, width: number): InputError {
  return new InputError(
    'CHECKPOINT_FACT_MISSING',
    `neither the weights nor ${title} tell how many heads attention has`,
    {
      file,
      expected: `a number that divides ${String(width)}: ${choicesOfHeads(width)}`,
      hint: 'Say it, as the authors of the network have it: `models[].heads`.',
    },
  );
}

/** How many heads there may be, with their widths. */
function choicesOfHeads(width: number): string {
  const choices = headWidths.filter((size) => width % size === 0).map((size) => width / size);
  const shown = choices.length > 0 ? choices : divisorsOf(width);
  return shown.map((heads) => `${String(heads)} (of ${String(width / heads)})`).join(', ');
}

function widthOf({ family, mapped }: Attempt): number {
  return sizeOfNetwork(family.architecture, mapped.weights).width ?? 0;
}

function divisorsOf(width: number): readonly number[] {
  return Array.from({ length: Math.min(width, 64) }, (_, at) => at + 1).filter((heads) => width % heads === 0);
}

/** A file name says nothing for sure, since files are renamed. */
function hintOfName(file: string, attempts: readonly Attempt[]): string {
  const named = attempts.filter(({ family }) => isPublishedAs(family, file));
  return named
    .map(({ family }) => ` Its name is that under which ${family.title} is published: ${family.name}.`)
    .join('');
}

function nameOf({ family }: Attempt): string {
  return `${family.title} (${family.name})`;
}

function percent(attempt: Attempt): string {
  return `${String(Math.round(closeness(attempt) * 100))} %`;
}

/** What is missing, left over, or of another shape. */
function differences({ dictionary, missing, leftOver, misshapen, failed }: Attempt): string {
  const shapes = misshapen.map(
    ({ name, shape, expected }) =>
      `${name} is [${shape.join(', ')}], not [${expected.map((size) => size ?? 'n').join(', ')}]`,
  );
  const changes = failed.map(({ name, why }) => `${name}: ${why}`);
  const parts = [
    missing.length === 0 ? undefined : `${String(missing.length)} missing (${some(missing)})`,
    leftOver.length === 0 ? undefined : `${String(leftOver.length)} left over (${some(leftOver)})`,
    shapes.length === 0 ? undefined : `${String(shapes.length)} of other shapes (${some(shapes)})`,
    changes.length === 0 ? undefined : `${String(changes.length)} that cannot be changed as it says (${some(changes)})`,
  ].filter((part) => part !== undefined);
  const where = dictionary.path === '' ? '' : `in "${dictionary.path}" `;
  return `${where}${parts.join(', ')}`;
}

function some(names: readonly string[]): string {
  const rest = names.length - listed;
  return `${names.slice(0, listed).join(', ')}${rest > 0 ? ` and ${String(rest)} more` : ''}`;
}

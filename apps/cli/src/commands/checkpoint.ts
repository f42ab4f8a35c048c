import {
  describeCheckpoint,
  knownFamilies,
  type CheckpointReading,
  type DescribedCheckpoint,
  type DescribedModel,
  type KnownFamily,
} from '@intermodel/pipelines';
import { InputError, visibleText } from '@intermodel/streams';
import type { Command } from 'commander';
import { asTyped } from '../as-typed.ts';
import { makeCommand } from '../command.ts';
import { printResult, textTable } from '../output.ts';

/** Names that are listed of dictionaries that were not taken. */
const namesTold = 6;
/** Names of tensors that are listed of those that are no part of the network, by the reason. */
const droppedTold = 3;

/** `intermodel checkpoint`: what is in a checkpoint, and what it is. */
export function checkpointCommand(): Command {
  return makeCommand<CheckpointReading & { readonly families?: boolean }>({
    name: 'checkpoint',
    description:
      'Tell what is in a checkpoint (torch, safetensors, NumPy, flax, TensorFlow), and what it is: dictionary, tensors, family, architecture, preprocessing. Nothing of it is run.',
    argument: ['[FILE]', 'checkpoint as it was published; of a set, its index or one of its files'],
    notes:
      'What is recognised can be overruled. A family of your own is described in a YAML file like those in libs/checkpoints/families (--recipe).',
    examples: [
      'checkpoint moco_v2_800ep_pretrain.pth.tar',
      'checkpoint model.safetensors --json | jq -r ".tensors[].path"',
      'checkpoint pretrain_res50x1.pkl --family byol',
      'checkpoint vit.pth --take teacher --strip backbone. --heads 6',
      'checkpoint --families',
    ],
    run: async ({ files: [file], own: { families, ...own }, terminal }) => {
      if (families === true) {
        const known = await knownFamilies();
        printResult(terminal, known, () => familiesText(known));
        return;
      }
      if (file === undefined)
        throw new InputError('CHECKPOINT_NOT_GIVEN', 'no checkpoint is named', {
          hint: 'Name its file, or list the families that are known with --families.',
        });
      const described = await describeCheckpoint(file, own);
      const { problem, ...others } = described;
      const result =
        problem === undefined
          ? others
          : { ...others, problem: { code: problem.code, message: asTyped(problem.message) } };
      printResult(terminal, result, () => contentsText(described));
    },
  });
}

function familiesText(families: readonly KnownFamily[]): string {
  return textTable(
    ['family', 'title', 'network', 'licence', 'published at'],
    families.map(({ name, title, architecture, licence = '', source }) => [name, title, architecture, licence, source]),
  );
}

function contentsText({
  container,
  files,
  metadata,
  placeholders,
  tensors,
  model,
  problem,
}: DescribedCheckpoint): string {
  return [
    `${container}${files.length > 1 ? `, ${String(files.length)} files` : ''}, ${String(tensors.length)} tensors`,
    ...Object.entries(metadata).map(([key, text]) => visibleText(`  ${key}: ${text}`)),
    ...(placeholders.length === 0 ? [] : [`not run: ${visibleText(placeholders.join(', '))}`]),
    '',
    textTable(
      ['tensor', 'type', 'shape'],
      tensors.map(({ path, type, shape }) => [visibleText(path), type, shape.join(' x ')]),
    ),
    '',
    ...(model === undefined ? [] : modelLines(model)),
    ...(problem === undefined ? [] : [asTyped(problem.message)]),
  ].join('\n');
}

function modelLines(model: DescribedModel): string[] {
  const { family, title, source, licence, taken, stripped, dropped, architecture, facts, weights } = model;
  const { layer, layers, input, assumptions, warnings } = model;
  return [
    `family: ${title} (${family}), ${source}`,
    ...(licence === undefined ? [] : [`licence: the authors of ${title} publish weights under ${licence}`]),
    `dictionary: ${taken.path === '' ? 'the whole file' : visibleText(taken.path)}, ${taken.why}${taken.others.length === 0 ? '' : `; not taken: ${fewOf(taken.others)}`}`,
    ...(stripped.length === 0 ? [] : [`prefixes taken off: ${visibleText(stripped.join(', '))}`]),
    ...droppedLines(dropped),
    `network: ${architecture} of ${String(weights)} tensors${Object.keys(facts).length === 0 ? '' : `; ${keyed(facts)}`}`,
    `preprocessing: ${keyed(input)}`,
    `layer: ${layer} (of ${layers.join(', ')})`,
    ...assumptions.map((text) => `assumed: ${text}`),
    ...warnings.map((text) => `warning: ${text}`),
  ];
}

/** The first of some names. */
function fewOf(names: readonly string[]): string {
  const more = names.length - namesTold;
  return `${visibleText(names.slice(0, namesTold).join(', '))}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function droppedLines(dropped: DescribedModel['dropped']): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, why } of dropped) reasons.set(why, [...(reasons.get(why) ?? []), name]);
  return [...reasons].map(([why, names]) => {
    const more = names.length - droppedTold;
    const told = visibleText(names.slice(0, droppedTold).join(', '));
    return `no part of the network: ${String(names.length)} of ${why} (${told}${more > 0 ? ', …' : ''})`;
  });
}

function keyed(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(' ') : String(value)}`)
    .join(', ');
}

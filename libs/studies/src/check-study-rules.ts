import { channelCount, preprocessingPresets, resolvePreprocessing } from '@intermodel/activation-streaming';
import { matchScores } from '@intermodel/concept-matching';
import { checkData } from './check-data.ts';
import { checkHasTasks, checkTasks, namesImages } from './check-tasks.ts';
import { checkListedNames, checkModelNames } from './model-folder-names.ts';
import { embeddedModels, mostOf } from './resolve-embedding.ts';
import { twinName } from './study.ts';
import type { EmbeddingContent, InputContent, MatchingContent, ModelContent, StudyContent } from './study-content.ts';
import { defaultsOf } from './options/option-defaults.ts';
import type { Finding, StudyPath } from './study-problems.ts';

/**
 * Checks what a schema cannot say: names, choices that exclude each other, numbers that depend on the number of models.
 */
export function checkStudyRules(study: StudyContent): readonly Finding[] {
  const findings = [
    ...(namesImages(study) ? checkData(study.data ?? {}) : checkHasTasks(study)),
    ...checkTasks(study),
    ...(study.data?.segmenters ?? []).flatMap(({ input }, index) =>
      typeof input === 'object' ? checkInput(input, ['data', 'segmenters', index, 'input']) : [],
    ),
    ...checkModelNames(study.models),
    ...checkTwins(study),
    ...study.models.flatMap((model, index) => checkModelFile(model, index)),
    ...study.models.flatMap(({ layer, layers, input }, index): Finding[] => [
      ...(layer === undefined || layers === undefined
        ? []
        : [
            {
              path: ['models', index, 'layers'],
              problem: 'both "layer" and "layers" are given',
              expected: 'one of the two',
              hint: 'Move the layer into the list.',
              setHint: `Take one of them out: \`set: models[${String(index)}].layer=\`, or \`set: models[${String(index)}].layers=\`.`,
            },
          ]),
      ...(typeof input === 'object' ? checkInput(input, ['models', index, 'input']) : []),
    ]),
    ...checkListedNames(study.embedding?.exclude ?? [], study.models, ['embedding', 'exclude']),
    ...checkFrozen(study.embedding ?? {}),
    ...checkMatchRule(study),
    ...checkRelations(study),
    ...checkGate(study.matching ?? {}, ['matching', 'gate']),
    ...checkGate(study.diffMatching ?? {}, ['diffMatching', 'gate']),
    ...(study.claims?.gates ?? []).flatMap((gate, index) =>
      checkGate({ ...study.matching, gate }, ['claims', 'gates', index]),
    ),
    ...(study.diffMatching === undefined || study.diffPreset !== undefined
      ? []
      : [
          {
            path: ['diffMatching'],
            problem: '"diffMatching" stands without "diffPreset"',
            expected: 'changes of a second variant that is named',
            hint: 'Name the variant with `diffPreset`, or leave `diffMatching` out.',
          },
        ]),
  ];
  return findings.length > 0 ? findings : checkNumberOfModels(study);
}

/** Finds untrained twins whose names other models have, and those that there are no images for. */
function checkTwins(study: StudyContent): Finding[] {
  const nameOf = (name: string) => name.normalize('NFC').toLowerCase();
  const names = new Map(study.models.map(({ name }) => [nameOf(name), name]));
  return study.models.flatMap(({ name, twin }, index): Finding[] => {
    if (twin !== true) return [];
    const path = ['models', index, 'twin'];
    const taken = names.get(nameOf(twinName(name)));
    if (taken !== undefined)
      return [
        {
          path,
          problem: `the untrained twin of "${name}" is named "${twinName(name)}", and so is the model "${taken}"`,
          expected: `no other model of the name ${twinName(name)}`,
          hint: 'Rename that model, or leave `models[].twin` out.',
        },
      ];
    if (namesImages(study)) return [];
    return [
      {
        path,
        problem: 'there are no labelled images on which an untrained twin would be dissected',
        expected: 'images with labels, `data`',
        hint: 'Name them, or leave `models[].twin` out.',
      },
    ];
  });
}

/** Finds models without a file, or with two. */
function checkModelFile({ file, checkpoint }: ModelContent, index: number): Finding[] {
  if ((file === undefined) !== (checkpoint === undefined)) return [];
  return [
    {
      path: ['models', index],
      problem:
        file === undefined
          ? `models[${String(index)}].file is missing, and there is no "checkpoint"`
          : 'both "file" and "checkpoint" are given',
      expected: 'one of the two: an ONNX file, or a checkpoint as it was published',
      hint: file === undefined ? 'Add the name of its file.' : 'Leave one of them out.',
      setHint:
        file === undefined
          ? `Give \`models[${String(index)}].file\` too.`
          : `Take one of them out: \`set: models[${String(index)}].file=\`, or \`set: models[${String(index)}].checkpoint=\`.`,
    },
  ];
}

/** Finds settings that would go with another preset's mean without a word: the commonest cause of weak dissections. */
function checkInput(input: InputContent, path: StudyPath): Finding[] {
  const preset = preprocessingPresets[input.preset ?? defaultsOf('models[].input').preset];
  const presetName = input.preset ?? `${defaultsOf('models[].input').preset} (since none is named)`;
  const [mean, std] = [input.mean !== undefined, input.std !== undefined];
  const findings: Finding[] = [];
  const demand = (key: string, problem: string, hint: string) =>
    findings.push({
      path: [...path, key],
      problem,
      expected: '(byte x scale - mean) / std, as the model was trained',
      hint,
    });
  const even = (values: readonly number[]) => values.every((value) => value === values[0]);
  if (mean !== std && input.preset === undefined)
    demand(
      mean ? 'mean' : 'std',
      `"${mean ? 'mean' : 'std'}" stands without "${mean ? 'std' : 'mean'}"`,
      'Give both, or name a preset for the other.',
    );
  if (
    input.channels !== undefined &&
    input.channels !== 'grey' &&
    input.channels !== preset.channels &&
    !((mean || even(preset.mean)) && (std || even(preset.std)))
  )
    demand(
      'channels',
      `the preset ${presetName} has mean and deviation in the order ${preset.channels}`,
      `Give "mean" and "std" in the order ${input.channels}.`,
    );
  if (
    input.scale !== undefined &&
    input.channels !== 'grey' &&
    input.scale !== preset.scale &&
    !mean &&
    preset.mean.some((value) => value !== 0)
  )
    demand(
      'scale',
      `the mean of the preset ${presetName} is meant for the scale ${String(preset.scale)}`,
      'Give "mean" and "std" too.',
    );
  for (const key of ['mean', 'std'] as const) {
    const count = channelCount(input.channels ?? preset.channels);
    if (input[key] !== undefined && input[key].length !== count)
      findings.push({
        path: [...path, key],
        problem: `${String(input[key].length)} numbers stand for ${String(count)} ${count === 1 ? 'channel' : 'channels'}`,
        expected: `a list of ${String(count)}`,
        hint: 'Give one number for each channel.',
      });
  }
  if (findings.length > 0) return findings;
  const resolved = resolvePreprocessing(input);
  if (input.shortestSide !== undefined && resolved.resize === 'exact')
    demand(
      'shortestSide',
      '"shortestSide" has no effect, since the whole image is squashed',
      'Add "resize: shortest-side" or "resize: squash-crop", or leave "shortestSide" out.',
    );
  const longer = Math.max(resolved.height, resolved.width);
  if (resolved.resize !== 'exact' && resolved.shortestSide < longer)
    findings.push({
      path: [...path, 'shortestSide'],
      problem: `${resolved.resize === 'squash-crop' ? 'both sides are' : 'the shorter side is'} scaled to ${String(resolved.shortestSide)} pixels, less than the crop`,
      expected: `at least ${String(longer)}`,
      hint: 'Scale to a larger side, or crop less.',
    });
  return findings;
}

/** Finds a gate that its score can never pass. */
function checkGate({ score = 'iou', gate }: MatchingContent, path: StudyPath): Finding[] {
  const { range, title } = matchScores[score];
  if (gate === undefined || gate <= range[1]) return [];
  return [
    {
      path,
      problem: `is ${String(gate)}`,
      expected: `a number from 0 to ${String(range[1])}, as ${title} has it`,
      hint: 'Correct the value, or match by another score.',
    },
  ];
}

/** Finds matches that must be significant where none are tested, or where an earlier embedding says what a match is. */
function checkMatchRule({ significance = {}, embedding, data }: StudyContent): Finding[] {
  const { match = 'gate', nulls } = significance;
  // Unit tables bring their tests along.
  if (match === 'gate' || data === undefined) return [];
  const found = (problem: string, expected: string, hint: string): Finding[] => [
    { path: ['significance', 'match'], problem, expected, hint },
  ];
  if (embedding?.frozen !== undefined)
    return found(
      '"match" has no effect beside "embedding.frozen"',
      'what made a match in the earlier embedding',
      'Remove one of the two.',
    );
  if (nulls !== 0) return [];
  return found(
    `is ${match}, but matches are not tested`,
    'null replicates, which say what is significant',
    'Set `significance.nulls` to 200, or count matches that pass the gate.',
  );
}

/** Finds choices of a fit beside an embedding that was fitted before, where they would have no effect. */
function checkFrozen({ frozen, ...fit }: EmbeddingContent): Finding[] {
  if (frozen === undefined) return [];
  return Object.keys(fit).map((key) => ({
    path: ['embedding', key],
    problem: `"${key}" has no effect beside "frozen"`,
    expected: 'an earlier embedding as it is, or choices of a new one',
    hint: 'Remove one of the two.',
  }));
}

/**
 * Finds what relations alone are made of where there are no scores, and orderings that are to stay within families where
 * there are none, so that none would be left.
 */
function checkRelations({ relations = {}, scores = [], tasks = [] }: StudyContent): Finding[] {
  const { families, permuteWithin } = relations;
  if ([scores].flat().length + tasks.length === 0)
    return (['families', 'given'] as const)
      .filter((key) => relations[key] !== undefined)
      .map((key) => ({
        path: ['relations', key],
        problem: `"${key}" has no effect without scores`,
        expected: 'tables of scores, or tasks to probe',
        hint: `Give them with \`scores\` or \`tasks\`, or leave \`relations.${key}\` out.`,
      }));
  if (permuteWithin !== 'families' || families !== undefined) return [];
  return [
    {
      path: ['relations', 'permuteWithin'],
      problem: 'no families are given to stay within',
      expected: 'a table of families with `relations.families`',
      hint: 'Name one, or let all models exchange: `relations.permuteWithin: all`.',
    },
  ];
}

/** Finds choices that would fail after hours of dissection, when the models are embedded. */
function checkNumberOfModels(study: StudyContent): Finding[] {
  const { embedding = {}, models, scores } = study;
  if (embedding.frozen !== undefined) return [];
  const count = embeddedModels(study).length;
  const most = mostOf(count);
  if (count < 2) {
    const fewer: Omit<Finding, 'path'> = {
      problem: `${String(count)} of ${String(models.length)} models ${count === 1 ? 'is' : 'are'} left for the embedding`,
      expected: 'at least two models',
      hint: 'Add models, exclude fewer, or name an earlier embedding with "frozen".',
    };
    if (study.embedding !== undefined)
      return [{ path: ['embedding', ...(embedding.exclude === undefined ? [] : ['exclude'])], ...fewer }];
    return scores === undefined
      ? []
      : [{ path: ['scores'], ...fewer, problem: 'a single model has no embedding to relate to scores' }];
  }
  return (['components', 'clusters'] as const).flatMap((key): Finding[] => {
    const asked = embedding[key];
    if (asked === undefined || asked <= most[key]) return [];
    return [
      {
        path: ['embedding', key],
        problem: `${String(asked)} ${key} cannot be had from ${String(count)} models`,
        expected: `from 1 to ${String(most[key])}`,
        hint: `Ask for fewer, add models, or leave \`embedding.${key}\` out for ${String(Math.min(3, most[key]))}.`,
      },
    ];
  });
}

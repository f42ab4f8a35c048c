import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  drawResNet,
  drawViT,
  drawWeight,
  merged,
  prefixed,
  publishedStudy,
  withCounters,
  type PlainTree,
  type PlainWeights,
} from '@intermodel/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '@intermodel/errors';
import { listFamilies } from './list-families.ts';
import { plainCheckpoint } from './plain-checkpoint-contract.ts';
import { recogniseModel } from './recognise-model.ts';
import type { RecogniseOptions } from './recognise-options.ts';

const narrow = { width: 2, blocks: [1, 1, 1, 1] } as const;
const resNet = withCounters(drawResNet({ ...narrow, classes: 10 }));
const encoder = withCounters(drawResNet(narrow));
const some = (...names: readonly string[]): PlainWeights =>
  new Map(names.map((name, at) => [name, drawWeight([4, 4], at)]));
const tree = (entries: Readonly<Record<string, PlainTree>>): PlainTree => new Map(Object.entries(entries));
const of = (root: PlainTree, options?: RecogniseOptions) => recogniseModel(plainCheckpoint(root), options);

function refusal(call: () => unknown): InputError {
  try {
    call();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-recognise-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
let places = 0;
/** A checkpoint with JSON beside it. */
function beside(root: PlainTree, files: Readonly<Record<string, unknown>>) {
  const place = mkdtempSync(path.join(folder, `model-${String(places++)}-`));
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(place, name), typeof content === 'string' ? content : JSON.stringify(content));
  return plainCheckpoint(root, 'safetensors', path.join(place, 'model.safetensors'));
}

describe('the dictionary', () => {
  it('is the better of several, and the others are said', () => {
    const found = of(tree({ epoch: some(), optimizer: some('0.momentum_buffer'), model: resNet, model_ema: resNet }));
    expect(found.taken).toEqual({
      path: 'model_ema',
      why: 'weights are usually kept there',
      others: ['optimizer', 'model'],
    });
  });

  it('is the one that is named', () => {
    const found = of(tree({ model: resNet, model_ema: resNet }), { take: 'model' });
    expect(found.taken).toMatchObject({ path: 'model', why: 'it was named' });
  });

  const small = withCounters(drawResNet({ ...narrow, isBottleneck: false }));
  it.each([
    [{ a: small, b: encoder }, 'a', 'b'],
    [{ net: small, my_weights: encoder }, 'my_weights', 'net'],
    [{ best: tree({ weights: encoder }), last: tree({ weights: encoder }) }, 'best.weights', 'last.weights'],
    [{ a: prefixed('module.encoder_q.', encoder), b: drawViT({ width: 384 }) }, 'a', 'b'],
  ])('is asked for where there are several, and none in a usual place', (entries, first, second) => {
    const { code, message } = refusal(() => of(tree(entries)));
    expect(code).toBe('CHECKPOINT_TAKE_UNCERTAIN');
    expect(message).toContain(`(\`models[].take\`): one of ${first}, ${second}.`);
    expect(message).toMatch(new RegExp(`\`${first}\` \\(as .*: width \\d.*\`${second}\` \\(as .*: width \\d`, 'u'));
    expect(of(tree({ ...entries, epoch: tree({}) }), { take: first }).taken.path).toBe(first);
  });

  it('is told by its blocks and width', () => {
    const { message } = refusal(() => of(tree({ a: small, b: encoder })));
    expect(message).toContain('`a` (as ResNet of torchvision: width 2, 1 + 1 + 1 + 1 basic blocks)');
    expect(message).toContain('`b` (as ResNet of torchvision: width 2, 1 + 1 + 1 + 1 bottlenecks)');
  });

  it('is the only one that holds a network', () => {
    const found = of(tree({ my_weights: encoder, optimizer: some('0.momentum_buffer'), other: some('x.weight') }));
    expect(found.taken).toMatchObject({
      path: 'my_weights',
      why: 'nothing else in the file is a network that is known',
    });
    expect(found.doubts.join(' ')).not.toContain('Several');
  });

  it('of several in usual places is said to be one of them', () => {
    const found = of(tree({ model: encoder, model_ema: encoder, decoder: small }));
    expect(found.doubts[0]).toMatch(
      /that of `model_ema` was taken, and not `model` .*, `decoder` .*`models\[\]\.take`/u,
    );
    expect(found.assumptions).toContain(found.doubts[0]);
  });

  it('may have dots in its keys, and lie in lists', () => {
    const root = tree({ 'a.b': tree({ 'c.d': resNet }), list: [some('x'), resNet] });
    expect(of(root, { take: 'a.b.c.d' }).weights.size).toBe(drawResNet({ ...narrow, classes: 10 }).size);
    expect(of(root, { take: 'list.1' }).family).toBe('torchvision-resnet');
  });

  it('may lie deeper than usual', () => {
    const found = of(tree({ checkpoint: tree({ state_dict: prefixed('module.encoder_q.', encoder) }) }));
    expect([found.family, found.taken.path]).toEqual(['moco-v1', 'checkpoint.state_dict']);
  });

  it('must be there', () => {
    const error = refusal(() => of(tree({ model: resNet }), { take: 'modle' }));
    expect(error.code).toBe('CHECKPOINT_TAKE_MISSING');
    expect(error.message).toContain('weights.pth: there is no dictionary "modle"');
    expect(error.message).toMatch(/model \(\d+ tensors\)/u);
    expect(refusal(() => of(tree({ model: resNet, epoch: tree({}) }), { take: 'epoch' })).code).toBe(
      'CHECKPOINT_TAKE_MISSING',
    );
  });

  it('of the teacher comes before that of the student, whose other size is said', () => {
    const vit = (width: number, depth = 12) => prefixed('backbone.', drawViT({ width, depth }));
    const small = vit(384);
    const same = of(tree({ student: prefixed('module.', small), teacher: small }));
    expect(same.taken).toMatchObject({ path: 'teacher', others: ['student'] });
    expect(same.taken.why).toContain('the student has the same size');
    const other = of(tree({ student: prefixed('module.', small), teacher: vit(768) }));
    expect(other.taken.path).toBe('teacher');
    expect(other.taken.why).toMatch(/width 768, depth 12.*student has another size \(width 384, depth 12/u);
    const student = of(tree({ student: prefixed('module.', small), teacher: vit(768) }), { take: 'student' });
    expect(student.facts).toMatchObject({ heads: 6 });
    expect(student.stripped).toEqual(['module', 'backbone']);
  });

  it('of the teacher comes first where what tells the family stands in the student alone', () => {
    const weights = drawViT({ width: 384 });
    const masked = new Map([['backbone.masked_embed', drawWeight([1, 384], 1)]]);
    const student = prefixed('module.', merged(prefixed('backbone.', weights), masked));
    const found = of(tree({ student, teacher: prefixed('backbone.', weights) }));
    expect(found).toMatchObject({ family: 'ibot', taken: { path: 'teacher', others: ['student'] } });
    const both = tree({ student, teacher: merged(prefixed('backbone.', weights), masked) });
    expect(of(both)).toMatchObject({ family: 'ibot', taken: { path: 'teacher' } });
    expect(of(both, { take: 'teacher' }).family).toBe('ibot');
  });

  it('of the teacher comes first for families that say nothing of it', () => {
    expect(of(tree({ student: resNet, teacher: resNet })).taken).toEqual({
      path: 'teacher',
      why: 'the teacher is what is evaluated; the student has the same size',
      others: ['student'],
    });
  });

  it('in circles ends', () => {
    const checkpoint = plainCheckpoint(tree({ model: resNet }));
    const { root } = checkpoint;
    if (root.kind === 'dictionary') (root.entries as Map<string, typeof root>).set('self', root);
    expect(recogniseModel(checkpoint).family).toBe('torchvision-resnet');
  });
});

describe('prefixes', () => {
  it('are taken off as often as they are there, whole segments only', () => {
    const found = of(prefixed('module._orig_mod.module.', resNet));
    expect(found.stripped).toEqual(['module', '_orig_mod']);
    expect([...found.weights.keys()]).toContain('layer1.0.conv1.weight');
    expect(refusal(() => of(prefixed('module2.', resNet))).code).toBe('CHECKPOINT_UNRECOGNISED');
  });

  it('of the network are not those of a momentum encoder', () => {
    const root = tree({
      state_dict: merged(
        prefixed('backbone.', encoder),
        prefixed('momentum_backbone.', encoder),
        some('classifier.weight'),
      ),
    });
    const found = of(root);
    expect(found.dropped.find(({ name }) => name === 'momentum_backbone.conv1.weight')?.why).toBe('momentum encoder');
    const named = of(root, { strip: ['momentum_backbone'] });
    expect(named.stripped).toEqual(['momentum_backbone']);
    expect(named.dropped.find(({ name }) => name === 'backbone.conv1.weight')?.why).toBe('not below momentum_backbone');
    expect(named.weights.size).toBe(found.weights.size);
  });

  it('that are named must be there', () => {
    const error = refusal(() => of(prefixed('net.', resNet), { strip: ['encoder'] }));
    expect(error.code).toBe('CHECKPOINT_STRIP_MISSING');
    expect(error.message).toContain('Names begin with net.');
  });

  it('do not make two names one', () => {
    const root = tree({ state_dict: merged(prefixed('model.', encoder), prefixed('net.', encoder)) });
    const error = refusal(() => of(root, { family: 'lightning' }));
    expect(error.code).toBe('CHECKPOINT_FAMILY_MISMATCH');
    expect(error.message).toContain('model.conv1.weight has the same name without its prefixes');
  });

  it('that no family has are pointed out', () => {
    const error = refusal(() => of(prefixed('my.trunk.', resNet)));
    expect(error.code).toBe('CHECKPOINT_UNRECOGNISED');
    expect(error.message).toContain('Below "my.trunk" (`models[].strip`) it fits');
    expect(error.message).toContain('`models[].recipe`');
    expect(of(prefixed('my.trunk.', resNet), { strip: ['my.trunk'] }).family).toBe('torchvision-resnet');
  });
});

describe('what is no family', () => {
  it('is told the prefixes that there are', () => {
    const error = refusal(() => of(prefixed('net.trunk.', resNet), { strip: ['trunk'] }));
    expect(error.code).toBe('CHECKPOINT_STRIP_MISSING');
    expect(error.message).toContain('Names begin with net.');
  });

  it('is compared with the nearest', () => {
    const bent = new Map(resNet);
    bent.delete('bn1.running_var');
    bent.set('layer1.0.se.weight', drawWeight([4, 4], 1));
    bent.set('layer2.0.conv1.weight', drawWeight([4, 9, 1, 1], 1));
    const { code, message } = refusal(() => of(bent));
    expect(code).toBe('CHECKPOINT_UNRECOGNISED');
    expect(message).toContain('1 missing (bn1.running_var)');
    expect(message).toContain('1 left over (layer1.0.se.weight)');
    expect(message).toContain('layer2.0.conv1.weight is [4, 9, 1, 1], not [4, 8, 1, 1]');
    expect(message).toContain('architecture: resnet');
  });

  it('may have nothing in common with any', () => {
    const { message } = refusal(() => of(some('features.denseblock1.denselayer1.conv1.weight', 'a', 'b')));
    expect(message).toContain('is of no family that is known, and has next to nothing in common with any; the nearest');
  });

  it('is of no licence that others gave their weights', () => {
    expect(of(resNet).licence).toBeUndefined();
    expect(recogniseModel(plainCheckpoint(resNet, 'torch-zip', 'resnet50-0676ba61.pth')).licence).toBe('BSD-3-Clause');
  });

  it('but fits some that come to the same, is taken as one of them, and the others are said', () => {
    const found = of(tree({ model: prefixed('module.encoder.', encoder) }));
    expect(found).toMatchObject({ family: 'lightning', stripped: ['module', 'encoder'] });
    expect(found.assumptions.at(-1)).toMatch(
      /checkpoints of .*infomin.*insdis.*pirl.* have the same names and shapes/u,
    );
  });

  it('may be a known network behind another head, or without names', () => {
    const head = merged(encoder, some('fc.0.weight', 'fc.0.bias'));
    const found = of(head);
    expect(found.family).toBe('torchvision-resnet');
    expect(found.dropped.find(({ name }) => name === 'fc.0.weight')?.why).toBe('head of several layers');
    const layers = ['conv1', 'bn1', 'relu', 'maxpool', 'layer1', 'layer2', 'layer3', 'layer4'];
    const numbered = new Map(
      [...encoder].map(([name, weight]) => [name.replace(/^\w+/u, (layer) => String(layers.indexOf(layer))), weight]),
    );
    expect(of(numbered).family).toBe('lightly');
  });

  it('is compared with the one that is named', () => {
    const { code, message } = refusal(() => of(tree({ model: resNet }), { family: 'dino' }));
    expect(code).toBe('CHECKPOINT_FAMILY_MISMATCH');
    expect(message).toMatch(/is not DINO \(ViT\) \(dino\): in "model" \d+ missing \(.*patch_embed\.proj\.weight/u);
  });

  it('must be named among those that are known', () => {
    const { code, message } = refusal(() => of(resNet, { family: 'moco-v4' }));
    expect(code).toBe('CHECKPOINT_FAMILY_UNKNOWN');
    expect(message).toContain('Did you mean "moco-v');
    expect(refusal(() => of(resNet, { family: '../x' })).code).toBe('CHECKPOINT_FAMILY_UNKNOWN');
  });

  it('is an optimizer, or nothing', () => {
    const optimizer = refusal(() => of(tree({ state: some('0.exp_avg', '0.exp_avg_sq', '1.exp_avg') })));
    expect(optimizer.code).toBe('CHECKPOINT_OPTIMIZER_ONLY');
    expect(optimizer.message).toContain('3 tensors of an optimizer');
    expect(refusal(() => of(tree({ epoch: tree({}) }))).code).toBe('CHECKPOINT_NO_TENSORS');
  });

  it('is told apart only by its name where several fit and differ', () => {
    const clip = prefixed(
      'visual.',
      merged(some('conv1.weight', 'class_embedding'), some('transformer.resblocks.0.attn.in_proj_weight')),
    );
    expect(refusal(() => of(clip)).code).toBe('CHECKPOINT_UNRECOGNISED');
    const vit = drawViT({ width: 384, classes: 3 });
    const [first, second] = ['insdis', 'swav'].map((name) => listFamilies().find((family) => family.name === name)!);
    const families = [first!, { ...second!, known: {}, strip: ['encoder'], drop: [] }];
    const both = refusal(() =>
      of(tree({ model: prefixed('encoder.', encoder) }), {
        families: families.map((family) => ({ ...family, known: {} })),
      }),
    );
    expect(both.code).toBe('CHECKPOINT_FAMILY_AMBIGUOUS');
    expect(both.message).toContain('is as much of insdis as of swav');
    const { code, message } = refusal(() => of(vit));
    expect(code).toBe('CHECKPOINT_FAMILY_UNCERTAIN');
    expect(message).toMatch(/`models\[\]\.family`\): one of .*deit.*timm-vit/u);
  });
});

describe('a head with kernels larger than 1 x 1', () => {
  const kernels = (...names: readonly string[]): PlainWeights =>
    new Map(names.map((name, at) => [name, drawWeight([4, 4, 3, 3], at)]));
  const wrapped = prefixed('model.backbone.', encoder);

  it.each([
    ['of a wrapper', 'lightning', tree({ state_dict: merged(wrapped, kernels('decode_head.conv.weight')) })],
    ['outside of the prefix', 'lightning', tree({ state_dict: merged(wrapped, kernels('head.0.weight')) })],
    [
      'that a rule takes for a classifier',
      'solo-learn',
      tree({ state_dict: merged(prefixed('backbone.', encoder), kernels('classifier.0.weight')) }),
    ],
    ['of a form without signs', 'lightning', merged(prefixed('backbone.', encoder), kernels('classifier.0.weight'))],
    ['of several layers', 'torchvision-resnet', merged(encoder, kernels('fc.0.weight'))],
    [
      'of numbered layers',
      'lightly',
      merged(
        new Map(
          [...prefixed('backbone.', encoder)].map(([name, weight]) => [
            name
              .replace('conv1.weight', (whole) => (name.startsWith('backbone.conv1') ? '0.weight' : whole))
              .replace('backbone.bn1', 'backbone.1')
              .replace(/layer(\d)/u, (_, stage) => String(Number(stage) + 3)),
            weight,
          ]),
        ),
        kernels('head.0.weight'),
      ),
    ],
  ])('%s is not left out unless the family is named: %s', (_, family, root) => {
    const { code, message } = refusal(() => of(root));
    expect(code).toBe('CHECKPOINT_FAMILY_UNCERTAIN');
    expect(message).toMatch(/weight \[4, 4, 3, 3\]/u);
    expect(message).toMatch(new RegExp(`\`models\\[\\]\\.family\`\\).*: one of .*${family}`, 'u'));
    expect(message).toContain('dilatedStages');
    expect(of(root, { family }).facts).not.toHaveProperty('dilatedStages');
  });

  it('is not left out where only the prefix is named', () => {
    const root = merged(prefixed('trunk.', encoder), kernels('rpn.head.conv.weight'));
    expect(refusal(() => of(root, { strip: ['trunk'] })).code).toBe('CHECKPOINT_FAMILY_UNCERTAIN');
    expect(of(root, { strip: ['trunk'], family: 'torchvision-resnet' }).stripped).toEqual(['trunk']);
  });

  it('is not one of 1 x 1, nor a copy of the network', () => {
    const narrowHead = new Map([['head.mlp.2.weight', drawWeight([128, 4, 1, 1], 1)]]);
    const root = tree({ state_dict: merged(wrapped, prefixed('teacher.', encoder), narrowHead) });
    expect(of(root).family).toBe('lightning');
    const other = prefixed('teacher.', withCounters(drawResNet({ ...narrow, width: 4 })));
    expect(refusal(() => of(tree({ state_dict: merged(wrapped, other) }))).message).toContain('teacher.conv1.weight');
  });

  it('of FCN and DeepLabV3 tells how the network is dilated', () => {
    const convolution = (name: string, outputs: number, size: number) =>
      [name, drawWeight([outputs, 4, size, size], 1)] as const;
    const fcn = new Map([convolution('classifier.0.weight', 4, 3), convolution('classifier.4.weight', 21, 1)]);
    const deepLab = new Map([
      convolution('classifier.0.convs.0.0.weight', 4, 1),
      ...[1, 2, 3].map((at) => convolution(`classifier.0.convs.${String(at)}.0.weight`, 4, 3)),
      convolution('classifier.0.convs.4.1.weight', 4, 1),
      convolution('classifier.0.project.0.weight', 4, 1),
      convolution('classifier.1.weight', 4, 3),
      convolution('classifier.4.weight', 21, 1),
    ]);
    const auxiliary = new Map([convolution('aux_classifier.0.weight', 4, 3)]);
    for (const head of [fcn, deepLab, merged(deepLab, auxiliary)]) {
      const weights = merged(prefixed('backbone.', encoder), head);
      for (const root of [weights, tree({ model: weights }), tree({ state_dict: prefixed('model.', weights) })]) {
        const found = of(root);
        expect(found).toMatchObject({ family: 'torchvision-segmentation', facts: { dilatedStages: 2 } });
        expect(found.assumptions.join(' ')).toMatch(/dilatedStages: 2, as FCN.*520/u);
      }
    }
    // Another head on the same form is none of these.
    const deeper = merged(prefixed('backbone.', encoder), fcn, kernels('classifier.7.weight'));
    expect(refusal(() => of(tree({ state_dict: deeper }))).code).toBe('CHECKPOINT_FAMILY_UNCERTAIN');
  });
});

describe('a transformer of the names that many families have', () => {
  const own = drawViT({ width: 384 });
  const bare = { 'the whole file': own, state_dict: tree({ state_dict: own }), model: tree({ model: own }) };
  const more = { 'of a teacher': tree({ teacher: own, student: own }), 'own key': tree({ weights: own }) };

  it.each(Object.entries({ ...bare, ...more }))('is taken for none of them: %s', (_, root) => {
    const { code, message } = refusal(() => of(root));
    expect(code).toBe('CHECKPOINT_FAMILY_UNCERTAIN');
    expect(message).toMatch(/one of deit, dino, ibot, moco-v3-vit, timm-vit, vit\b/u);
    expect(message).toMatch(/dino has 6 heads.*moco-v3-vit has 12 heads/u);
    expect(message).toContain('`models[].heads`): 12 (of 32), 8 (of 48), 6 (of 64)');
  });

  it('is named, or is of anyone, whose heads are then said', () => {
    expect(of(own, { family: 'dino' }).facts).toMatchObject({ heads: 6 });
    expect(of(own, { family: 'moco-v3-vit' }).facts).toMatchObject({ heads: 12 });
    expect(refusal(() => of(own, { family: 'vit' })).code).toBe('CHECKPOINT_FACT_MISSING');
    const said = of(own, { facts: { heads: 12 } });
    expect(said).toMatchObject({ family: 'vit', facts: { heads: 12 } });
    expect(said.doubts.at(-1)).toMatch(/^Taken as vit; checkpoints of moco-v3-vit .*have the same names and shapes/u);
    // What has 12 heads is none of those that are published with 6.
    expect(said.doubts.at(-1)).not.toContain('dino');
    expect(of(own, { facts: { heads: 6 } }).doubts.at(-1)).toMatch(/^Taken as vit; checkpoints of deit .*dino .*ibot/u);
    expect(said.assumptions).toEqual(expect.arrayContaining([...said.doubts]));
    expect(said.doubts.join(' ')).not.toContain('heads: 12');
  });

  it('has a name that is a hint', () => {
    const { message } = refusal(() =>
      recogniseModel(plainCheckpoint(own, 'torch-zip', 'dino_deitsmall16_pretrain.pth')),
    );
    expect(message).toContain('Its name is that under which DINO (ViT) is published: dino.');
  });

  it.each([
    ['LayerScale', drawViT({ width: 384, hasLayerScale: true }), 'dino'],
    ['channels', new Map([...own, ['patch_embed.proj.weight', drawWeight([384, 6, 16, 16], 1)]]), 'timm-vit'],
    ['another grid', drawViT({ width: 384, patch: 8, grid: 12 }), 'dino'],
    ['another depth', drawViT({ width: 384, depth: 6 }), 'timm-vit'],
    ['registers', drawViT({ width: 384, registers: 2 }), 'dino'],
  ])('is not compared with those that are published in other sizes: %s', (_, weights, other) => {
    const { code, message } = refusal(() => of(weights));
    expect(['CHECKPOINT_FAMILY_UNCERTAIN', 'CHECKPOINT_FACT_MISSING']).toContain(code);
    expect(message).toContain('6 (of 64)');
    expect(message).not.toContain(`${other} has`);
    // What is said of a size holds for no other, whoever names the family.
    expect(refusal(() => of(weights, { family: other })).code).toBe('CHECKPOINT_FACT_MISSING');
    expect(of(weights, { facts: { heads: 6 } }).family).toBe('vit');
    const named = of(weights, { family: other, facts: { heads: 6 } });
    expect(named.doubts.join(' ')).toContain('is not published in this size');
  });

  it('is known by what only one family has', () => {
    const mask = new Map([['mask_token', drawWeight([1, 384], 1)]]);
    const found = of(merged(drawViT({ width: 384, patch: 14, grid: 37, hasLayerScale: true }), mask));
    expect(found).toMatchObject({ family: 'dinov2', facts: { heads: 6 } });
    expect(found.doubts).toEqual(['heads: 6, as DINOv2 has it.']);
    // In another size it is asked for all the same.
    const other = merged(drawViT({ width: 384, patch: 14, grid: 16, hasLayerScale: true }), mask);
    expect(refusal(() => of(other)).code).toBe('CHECKPOINT_FACT_MISSING');
  });

  it('in a module of Lightning is of no family that could tell its heads', () => {
    const root = tree({ state_dict: prefixed('model.', drawViT()) });
    expect(refusal(() => of(root)).message).toContain('12 (of 64)');
    expect(of(root, { facts: { heads: 8 } })).toMatchObject({ family: 'lightning-vit', facts: { heads: 8 } });
  });
});

describe('names of files', () => {
  it('are a hint that is said, and decide nothing', () => {
    const study = publishedStudy(narrow).find(({ family }) => family === 'moco-v1')!;
    const found = recogniseModel(plainCheckpoint(study.root, 'torch-legacy', '/data/PCL_v1_epoch200.pth.tar'));
    expect(found.family).toBe('moco-v1');
    expect(found.assumptions.at(-1)).toBe('pcl-v1 is published under the name of this file.');
    const bare = recogniseModel(plainCheckpoint(resNet, 'torch-zip', 'resnet50-11ad3fa6.pth'));
    expect(bare.family).toBe('torchvision-resnet');
    expect(bare.assumptions.at(-1)).toBe('torchvision-resnet-v2 is published under the name of this file.');
    expect(bare.assumptions.join(' ')).toMatch(/barlow-twins .*vicreg/u);
    const several = recogniseModel(plainCheckpoint(resNet, 'torch-zip', 'resnet50.pth'));
    expect(several.assumptions.at(-1)).toBe('barlow-twins and vicreg are published under the name of this file.');
  });

  it('leave the two readings of BYOL to the family', () => {
    const { root } = publishedStudy(narrow).find(({ family }) => family === 'byol')!;
    const checkpoint = plainCheckpoint(root, 'pickle');
    const exact = recogniseModel(checkpoint);
    expect(exact.facts).toMatchObject({ padding: 'same' });
    expect(exact.assumptions.join(' ')).toContain(
      'byol-ssl-transfer (BYOL as ssl-transfer loads it, padding symmetric)',
    );
    const other = recogniseModel(checkpoint, { family: 'byol-ssl-transfer' });
    expect(other.facts).toMatchObject({ padding: 'symmetric' });
    expect(other.recipe).not.toBe(exact.recipe);
  });
});

describe('facts', () => {
  const vit = drawViT({ width: 96, depth: 1, patch: 2, grid: 2 });

  it('that neither weights nor family tell are asked for, with the choices', () => {
    const { code, message } = refusal(() => of(vit));
    expect(code).toBe('CHECKPOINT_FACT_MISSING');
    expect(message).toContain('`models[].heads`');
    expect(message).toContain('3 (of 32), 2 (of 48), 1 (of 96)');
    expect(of(vit, { facts: { heads: 3 } }).facts).toMatchObject({ heads: 3 });
    expect(of(vit, { facts: { heads: 3 } }).assumptions).toContain('heads: 3, as it was given.');
  });

  it('that are given are those of the architecture', () => {
    expect(refusal(() => of(vit, { facts: { heads: 3, padding: 'same' } })).code).toBe('NETWORK_FACT_UNKNOWN');
    expect(refusal(() => of(vit, { facts: { heads: 2.5 } })).code).toBe('NETWORK_FACT_VALUE');
    expect(of(resNet, { facts: { padding: 'same' } }).facts).toMatchObject({ padding: 'same' });
  });

  it('that are given count for what must be there', () => {
    const small = drawResNet({ stem: 3, isBottleneck: false, blocks: [1, 1, 1], width: 16 });
    const bare = new Map([...small].filter(([name]) => !name.includes('downsample')));
    expect(of(bare, { family: 'cifar-resnet' }).facts).toMatchObject({ shortcut: 'zeros' });
    const error = refusal(() => of(bare, { family: 'cifar-resnet', facts: { shortcut: 'projection' } }));
    expect(error.message).toContain('10 missing (layer2.0.downsample.0.weight');
  });

  it('follow the width, and are said', () => {
    const found = of(tree({ teacher: prefixed('backbone.', drawViT({ width: 384 })) }));
    expect(found.assumptions).toContain('heads: 6, as DINO (ViT) has it.');
    expect(found.doubts).toContain('heads: 6, as DINO (ViT) has it.');
    const mocoV3 = tree({ state_dict: prefixed('module.base_encoder.', drawViT({ width: 384 })) });
    expect(of(mocoV3).facts).toMatchObject({ heads: 12 });
  });

  it('enter the hash of the recipe', () => {
    const hashes = [{}, { padding: 'same' }].map((facts) => of(resNet, { facts }).recipe);
    expect(new Set(hashes).size).toBe(2);
    expect(of(resNet).recipe).toBe(of(resNet, { facts: {} }).recipe);
  });
});

describe('descriptions beside the file', () => {
  const vit = drawViT({ width: 192, classes: 3, patch: 4, grid: 2 });
  const timm = (pretrained: object, more: object = {}) => ({
    'config.json': { architecture: 'vit_tiny', pretrained_cfg: pretrained, ...more },
  });

  it('of timm say how images become the input', () => {
    const { input, family, facts } = recogniseModel(
      beside(
        vit,
        timm(
          { input_size: [3, 384, 256], crop_pct: 0.9, interpolation: 'bicubic', mean: [0.1, 0.2, 0.3], std: [1, 2, 3] },
          { model_args: { num_heads: 4 } },
        ),
      ),
    );
    expect(family).toBe('timm-vit');
    expect(facts).toMatchObject({ heads: 4 });
    expect(input).toEqual({
      preset: 'imagenet',
      mean: [0.1, 0.2, 0.3],
      std: [1, 2, 3],
      width: 256,
      height: 384,
      resize: 'shortest-side',
      shortestSide: 284,
      filter: 'bicubic',
    });
  });

  it('of timm with a square that is squeezed', () => {
    const { input } = recogniseModel(beside(vit, timm({ input_size: [3, 64, 64], crop_pct: 1, crop_mode: 'squash' })));
    expect(input).toMatchObject({ resize: 'exact', width: 64, height: 64, filter: 'bilinear' });
  });

  const hf = drawViT({ width: 192, depth: 1, patch: 4, grid: 2, isFused: false, hasLayerScale: true });
  const hfNames = new Map(
    [...hf].map(([name, weight]) => [
      name
        .replace(/^(cls_token)$/u, 'embeddings.$1')
        .replace('pos_embed', 'embeddings.position_embeddings')
        .replace('patch_embed.proj', 'embeddings.patch_embeddings.projection')
        .replace(/^norm\./u, 'layernorm.')
        .replace(/attn\.q\./u, 'attention.attention.query.')
        .replace(/attn\.k\./u, 'attention.attention.key.')
        .replace(/attn\.v\./u, 'attention.attention.value.')
        .replace('attn.proj', 'attention.output.dense')
        .replace(/ls(\d)\.gamma/u, 'layer_scale$1.lambda1')
        .replace('blocks.', 'encoder.layer.'),
      weight,
    ]),
  );
  const config = {
    model_type: 'dinov2',
    hidden_size: 192,
    num_attention_heads: 3,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-5,
  };

  it('of a ResNet on Hugging Face say which convolution has the stride', () => {
    const names = new Map(
      [...drawResNet({ width: 8, blocks: [1, 1, 1, 1] })].map(([name, weight]) => [
        name
          .replace(/^conv1/u, 'embedder.embedder.convolution')
          .replace(/^bn1/u, 'embedder.embedder.normalization')
          .replace(/^layer(\d)/u, (_, stage) => `encoder.stages.${String(Number(stage) - 1)}.layers`)
          .replace(/\.conv(\d)/u, (_, at) => `.layer.${String(Number(at) - 1)}.convolution`)
          .replace(/\.bn(\d)/u, (_, at) => `.layer.${String(Number(at) - 1)}.normalization`)
          .replace('downsample.0', 'shortcut.convolution')
          .replace('downsample.1', 'shortcut.normalization'),
        weight,
      ]),
    );
    const of = (own: object) =>
      recogniseModel(beside(names, { 'config.json': { model_type: 'resnet', ...own } })).facts;
    expect(of({ downsample_in_bottleneck: true })).toMatchObject({ stride: '1x1' });
    expect(of({ downsample_in_bottleneck: false })).not.toHaveProperty('stride');
  });

  it('of Hugging Face say heads, activation, epsilon and preprocessing', () => {
    const preprocessor = {
      size: { shortest_edge: 256 },
      crop_size: { height: 224, width: 224 },
      do_center_crop: true,
      resample: 3,
      image_mean: [0.4, 0.4, 0.4],
      image_std: [0.2, 0.2, 0.2],
    };
    const found = recogniseModel(beside(hfNames, { 'config.json': config, 'preprocessor_config.json': preprocessor }));
    expect(found.family).toBe('hf-dinov2');
    expect(found.facts).toMatchObject({ heads: 3, activation: 'gelu', epsilon: 1e-5 });
    const turned = recogniseModel(beside(hfNames, { 'config.json': { ...config, rope_theta: 50 } }));
    expect(turned.facts).toMatchObject({ rotaryBase: 50 });
    const group = { ...config, rope_parameters: { rope_theta: 60 } };
    expect(recogniseModel(beside(hfNames, { 'config.json': group })).facts).toMatchObject({ rotaryBase: 60 });
    const silu = () => recogniseModel(beside(hfNames, { 'config.json': { ...config, hidden_act: 'silu' } }));
    expect(refusal(silu)).toMatchObject({ code: 'CHECKPOINT_CONFIG' });
    expect(found.input).toEqual({
      preset: 'imagenet',
      mean: [0.4, 0.4, 0.4],
      std: [0.2, 0.2, 0.2],
      filter: 'bicubic',
      width: 224,
      height: 224,
      resize: 'shortest-side',
      shortestSide: 256,
    });
    expect(found.assumptions).toContain('heads: 3, as config.json says.');
    const given = recogniseModel(beside(hfNames, { 'config.json': config }), { facts: { heads: 6 } });
    expect(given.facts).toMatchObject({ heads: 6, epsilon: 1e-5 });
  });

  it('are refused where they are bent, or of another network', () => {
    for (const [files, expected] of [
      [{ 'config.json': '{' }, 'is not JSON'],
      [{ 'config.json': '[1]' }, 'is no group of keys'],
      [{ 'config.json': { ...config, num_attention_heads: 'six' } }, 'num_attention_heads'],
      [{ 'config.json': { ...config, hidden_act: 'mish' } }, 'hidden_act'],
      [{ 'config.json': { ...config, hidden_size: 384 } }, 'is for a network of width 384'],
      [{ 'config.json': config, 'preprocessor_config.json': { resample: 9 } }, 'resample'],
      [{ 'config.json': ' '.repeat(1_000_001) }, 'has 1000001 bytes'],
    ] as const) {
      const error = refusal(() => recogniseModel(beside(hfNames, files)));
      expect(error.code).toBe('CHECKPOINT_CONFIG');
      expect(error.message).toContain(expected);
      expect(error.message).toContain('config.json');
    }
  });

  it('are no concern of families that do not go by them', () => {
    expect(recogniseModel(beside(resNet, { 'config.json': '{' })).family).toBe('torchvision-resnet');
  });
});

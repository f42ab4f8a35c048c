import type { Mutant } from '../mutant.ts';

/** Faults in what checkpoints are recognised by, and in what is made of their tensors. */
export const checkpointsMutants: readonly Mutant[] = [
  {
    name: 'prefixes-within-segments',
    find: 'left.startsWith(`${candidate}.`) || left.startsWith(`${candidate}/`)',
    replace: 'left.startsWith(candidate)',
  },
  {
    name: 'prefixes-once',
    find: '    left = left.slice(prefix.length + 1);\n    stripped.push(prefix);',
    replace: '    stripped.push(prefix);\n    return { name: left.slice(prefix.length + 1), stripped };',
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'patterns-of-parts',
    find: 'new RegExp(`^(?:${pattern})$`',
    replace: 'new RegExp(`(?:${pattern})`',
    spec: 'families.spec.ts',
  },
  {
    name: 'two-of-one-name',
    find: 'if (other !== undefined) doubled.push(',
    replace: 'if (other === tensor.raw) doubled.push(',
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'outside-of-the-prefix-too',
    find: 'if (isPrefixed && !tensor.isInside) {',
    replace: 'if (isPrefixed && !tensor.isInside && given !== undefined) {',
    spec: 'families.spec.ts',
  },
  {
    name: 'student-before-teacher',
    find: "  'teacher',\n  'student',\n  'module',",
    replace: "  'student',\n  'teacher',\n  'module',",
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'model-before-average',
    find: "  'state_dict_ema',\n  'model_ema',\n  'ema',\n  'state_dict',\n  'model',",
    replace: "  'state_dict',\n  'model',\n  'state_dict_ema',\n  'model_ema',\n  'ema',",
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'shortcut-last',
    find: 'size(at) === 1 && size(at + 1) === 1 && inputs(at) === inputs(at + 1)',
    replace: 'size(at) === 3',
    spec: 'recognise-study.spec.ts',
  },
  {
    name: 'whoever-comes-first',
    find: 'if (new Set(candidates.map(meaningOf)).size > 1)',
    replace: 'if (new Set(candidates.map(meaningOf)).size > 9)',
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'general-as-good-as-specific',
    find: 'return specific.length > 0 ? specific : certain;',
    replace: 'return certain;',
    spec: 'families.spec.ts',
  },
  {
    name: 'families-over-users',
    find: 'return { ...resolved, ...given };',
    replace: 'return { ...given, ...resolved };',
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'config-over-users',
    find: 'sortKeys({ ...attempt.facts, ...ofConfig, ...options.facts })',
    replace: 'sortKeys({ ...attempt.facts, ...options.facts, ...ofConfig })',
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'heads-are-guessed',
    find: "if (architecture === 'vit' && facts['heads'] === undefined)",
    replace: "if (architecture === 'vit' && facts['heads'] === null)",
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'config-of-another',
    find: 'config.width === width) return;',
    replace: 'config.width !== width) return;',
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'axes-the-other-way',
    find: 'const shape = order.map((axis) => from[axis] as number);',
    replace: 'const shape = order.map((_, axis) => from[order.indexOf(axis)] as number);',
  },
  {
    name: 'first-part-for-all',
    find: 'offset: span.offset + index * length, length }',
    replace: 'offset: span.offset, length }',
  },
  {
    name: 'shapes-do-not-matter',
    find: 'size === undefined || size === shape[axis]);',
    replace: 'size === undefined || size > 0);',
    spec: 'recognise-model.spec.ts',
  },
  {
    name: 'recipe-whatever-is-chosen',
    find: 'JSON.stringify([codeVersion, family, dictionary.path, options.strip, facts, input])',
    replace: 'JSON.stringify([codeVersion, family, dictionary.path])',
    spec: 'recognise-model.spec.ts',
  },
];

import type { Mutant } from '../mutant.ts';

/** Faults in what is made of what, and what of it is missing. */
export const stepsMutants: readonly Mutant[] = [
  {
    name: 'all-are-the-first',
    find: 'hashJson(Array.from({ length: this.count }, (_, index) => this.keyOf(index)))',
    replace: 'hashJson([this.keyOf(0)])',
  },
  {
    name: 'each-is-the-first',
    find: "if (input.by === 'each') return input.family.keyOf(index);",
    replace: "if (input.by === 'each') return input.family.keyOf(0);",
  },
  {
    name: 'beside-enters-keys',
    find: 'for (const [role, input] of Object.entries(this.from)) inputs[role]',
    replace: 'for (const [role, input] of Object.entries({ ...this.from, ...this.beside })) inputs[role]',
  },
  {
    name: 'unset-options-count',
    find: 'this.options = JSON.parse(JSON.stringify(definition.options)) as object;',
    replace: 'this.options = definition.options;',
  },
  {
    name: 'each-wants-all',
    find: "(input.by !== 'each' || own[index] === states.wanted)",
    replace: 'true',
  },
  {
    name: 'nothing-wants-all',
    find: 'if (needed[index] === states.unneeded && (',
    replace: "if (needed[index] === states.unneeded && (input.by !== 'all' || index === 0) && (",
  },
  {
    name: 'what-is-read-beside-is-not-made',
    find: '    for (const input of Object.values({ ...family.from, ...family.beside }))\n      for (const upstream of familiesOf(input)) {\n        const needed',
    replace:
      '    for (const input of Object.values({ ...family.from }))\n      for (const upstream of familiesOf(input)) {\n        const needed',
  },
  {
    name: 'steps-that-are-not-kept-are-made',
    find: '    if (!family.isKept) return;\n    const own = statesOf(family);',
    replace: '    const own = statesOf(family);',
  },
  {
    name: 'told-of-once-more',
    find: '        own[index] = states.told;',
    replace: '',
  },
  {
    name: 'all-is-asked-for',
    find: 'isAsked = ({ isResult }) => isResult',
    replace: 'isAsked = () => true',
  },
  {
    name: 'makers-one-by-one',
    find: 'while (to < families.length && families[to]?.maker === maker) to++;',
    replace: 'while (to < families.length && families[to]?.maker !== maker) to++;',
  },
  {
    name: 'order-of-families-is-not-checked',
    find: '          if (!known.has(upstream))',
    replace: '          if (known.size > 1e6)',
  },
  {
    name: 'lost-steps-stay-lost',
    find: '  if (stored !== undefined) return stored;\n  await makeAgain(step, bench);',
    replace: '  if (stored !== undefined) return stored;\n  bench.signal.throwIfAborted();',
  },
  {
    name: 'stale-is-drawn-as-done',
    find: "const state = sum('missing') > 0 ? 'missing' : sum('stale') > 0 ? 'stale' : 'done';",
    replace: "const state = sum('missing') > 0 ? 'missing' : 'done';",
  },
  {
    name: 'hashes-lie-one-on-another',
    find: 'this.#bytes.write(sha256, index * hashBytes',
    replace: 'this.#bytes.write(sha256, (index >> 1) * hashBytes',
  },
  {
    name: 'codes-enter-no-keys',
    find: 'const head = canonicalJson({ codeVersion }',
    replace: "const head = canonicalJson({ codeVersion: '' }",
  },
];

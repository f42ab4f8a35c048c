import type { Mutant } from '../mutant.ts';

/** Faults in the heads on grids of features. */
export const transferProbingMutants: readonly Mutant[] = [
  {
    name: 'large-boxes-have-the-last-word',
    find: 'area(boxes[b]) - area(boxes[a])',
    replace: 'area(boxes[a]) - area(boxes[b])',
  },
  {
    name: 'suppression-at-three-quarters',
    find: 'const sameObject = 0.5;',
    replace: 'const sameObject = 0.75;',
  },
  {
    name: 'ignored-boxes-are-to-be-found',
    find: 'ignored: Uint8Array.from(boxes, ({ isIgnored }) => (isIgnored ? 1 : 0))',
    replace: 'ignored: new Uint8Array(boxes.length)',
  },
  {
    name: 'cells-count-alike',
    find: 'weights.map((count) => count * share)',
    replace: 'weights.map((count) => (count > 0 ? 1 : 0))',
  },
  {
    name: 'normals-as-long-as-they-are',
    find: 'if (into.length > 1) scale(into, 1 / Math.sqrt(squares));',
    replace: '',
  },
  {
    name: 'nowhere-is-right',
    find: 'along === 0 && across === 0 ? 90',
    replace: 'along === 0 && across === 0 ? 0',
  },
  {
    name: 'sampled-cells-stand-for-themselves',
    find: 'weights[index] = weight * scale',
    replace: 'weights[index] = weight',
  },
  {
    name: 'one-seed-for-all',
    find: 'sampleWeights(images, replicates, seed)',
    replace: 'sampleWeights(images, replicates, 0)',
    file: 'score-test-part.ts',
    spec: 'probe-dense-classes.spec.ts',
  },
  {
    name: 'classes-of-images-do-not-matter',
    find: 'rated.labels.some((label) => label < 0)',
    replace: 'rated.labels.length < 0',
  },
];

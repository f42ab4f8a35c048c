import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../checkpoint.ts';
import { containerOf } from './container-of.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { walkTensors } from './walk-tensors.ts';

const golden = path.resolve(import.meta.dirname, '../../golden/containers');
const at = (name: string) => path.join(golden, name);

interface Expected {
  readonly container: string;
  readonly tensors: Readonly<Record<string, readonly [string, readonly number[], string]>>;
  readonly placeholders: readonly string[];
}

const files = JSON.parse(readFileSync(at('containers.json'), 'utf8')) as Record<string, Expected>;

const tensorsOf = ({ root }: Checkpoint) =>
  Object.fromEntries(
    [...walkTensors(root)].map(([names, tensor]) => [
      names.join('/'),
      [tensor.type, tensor.shape, createHash('sha256').update(tensor.read()).digest('hex').slice(0, 16)],
    ]),
  );

describe('every container (as tools/golden/checkpoint-containers.py made it)', () => {
  it.each(Object.entries(files))('%s', async (name, { container, tensors, placeholders }) => {
    const checkpoint = await openCheckpoint(at(name));
    expect(tensorsOf(checkpoint)).toEqual(tensors);
    expect([checkpoint.file, checkpoint.container, checkpoint.placeholders]).toEqual([
      at(name),
      container,
      placeholders,
    ]);
    expect(containerOf(at(name))).toBe(container);
    for (const [, { span, read }] of walkTensors(checkpoint.root)) {
      if (span === undefined) continue;
      expect(checkpoint.files).toContain(span.file);
      const bytes = readFileSync(span.file).subarray(span.offset, span.offset + span.length);
      expect(bytes.equals(read())).toBe(true);
    }
  });
});

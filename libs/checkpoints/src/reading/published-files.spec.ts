import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from './open-checkpoint.ts';
import { walkTensors } from './walk-tensors.ts';

const shared = path.resolve(import.meta.dirname, '../../../../../shared/checkpoints');
const there = existsSync(shared);

interface Expected {
  readonly error?: string;
  readonly tensors?: Readonly<Record<string, readonly [string, readonly number[], string]>>;
}

const listed = there
  ? Object.entries(
      JSON.parse(readFileSync(path.join(shared, 'expected/tensors.json'), 'utf8')) as Record<string, Expected>,
    )
  : [];

describe.skipIf(!there)(`published files${there ? '' : ' (skipped: ../shared/checkpoints is not there)'}`, () => {
  it.each(listed.filter(([, { error }]) => error === undefined))(
    '%s has the tensors of torch.load',
    async (name, { tensors }) => {
      const checkpoint = await openCheckpoint(path.join(shared, 'files', name));
      const found = Object.fromEntries(
        [...walkTensors(checkpoint.root)].map(([names, tensor]) => [
          names.join('/'),
          [tensor.type, tensor.shape, createHash('sha256').update(tensor.read()).digest('hex').slice(0, 16)],
        ]),
      );
      expect(found).toEqual(tensors);
      for (const [, { span, read }] of walkTensors(checkpoint.root))
        if (span !== undefined)
          expect(
            readFileSync(span.file)
              .subarray(span.offset, span.offset + span.length)
              .equals(read()),
          ).toBe(true);
    },
  );

  it.each(listed.filter(([, { error }]) => error !== undefined))('%s is refused', async (name) => {
    await expect(openCheckpoint(path.join(shared, 'files', name))).rejects.toThrow(
      expect.objectContaining({ name: 'InputError', code: expect.stringMatching(/^CHECKPOINT_/u) as string }),
    );
  });

  it('simclr_keys.pkl is a pickle of pairs of names', async () => {
    const { container, root, placeholders } = await openCheckpoint(path.join(shared, 'files/simclr_keys.pkl'));
    expect([container, root.kind, placeholders]).toEqual(['pickle', 'dictionary', []]);
  });
});

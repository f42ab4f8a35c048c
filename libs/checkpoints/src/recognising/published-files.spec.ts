import { existsSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../reading/open-checkpoint.ts';
import { recogniseModel } from './recognise-model.ts';

const folder = path.resolve(import.meta.dirname, '../../../../../shared/checkpoints/files');
const isThere = existsSync(folder);

const recognise = async (name: string) => recogniseModel(await openCheckpoint(path.join(folder, name)));

describe.skipIf(!isThere)(`real files${isThere ? '' : ' (skipped: ../shared/checkpoints is not there)'}`, () => {
  it.each([
    ['resnet20-12fca82f.th', 3],
    ['resnet44-014dd654.th', 7],
  ])('of a known family are recognised: %s', async (name, blocks) => {
    const found = await recognise(name);
    expect(found).toMatchObject({ family: 'cifar-resnet', architecture: 'resnet', facts: { shortcut: 'zeros' } });
    expect(found.taken.path).toBe('state_dict');
    expect(found.weights.get('fc.weight')?.shape).toEqual([10, 64]);
    expect(found.weights.has(`layer3.${String(blocks - 1)}.conv2.weight`)).toBe(true);
  });

  it.each(['version-RFB-320.pth', 'shufflenetv2.pth', 'pnet.pt', 'rnet.pt', 'samplenet.pth'])(
    'of none are told so, with the nearest: %s',
    async (name) => {
      const error = await recognise(name).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InputError);
      expect(error).toMatchObject({ code: 'CHECKPOINT_UNRECOGNISED' });
      expect((error as InputError).message).toMatch(/the nearest is .*\d+ missing .*\d+ left over/u);
      expect((error as InputError).message).toContain('`models[].recipe`');
    },
  );
});

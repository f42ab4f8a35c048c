import { column, readStrings } from '@intermodel/streams';
import { syntheticUnitMatches } from '@intermodel/testing';
import { from, lastValueFrom } from 'rxjs';
import { bench, describe } from 'vitest';
import { profileModels } from './index.ts';

const batches = syntheticUnitMatches(100, 2048);

describe('profiles of 100 models x 2,048 units', () => {
  bench('profileModels', async () => {
    const profiles = await lastValueFrom(from(batches).pipe(profileModels()));
    if (profiles.numRows !== 100 * 200) throw new Error(`expected 20,000 rows, got ${String(profiles.numRows)}`);
  });

  bench('rival: maps of strings', () => {
    const counts = new Map<string, number>();
    for (const batch of batches) {
      const models = readStrings(column(batch, 'model'));
      const concepts = readStrings(column(batch, 'concept'));
      const categories = readStrings(column(batch, 'category'));
      const iou = batch.getChild('iou');
      models.forEach((model, row) => {
        if ((iou?.get(row) ?? 0) <= 0.04) return;
        const key = `${model}/${categories[row] ?? ''}/${concepts[row] ?? ''}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      });
    }
    if (counts.size === 0) throw new Error('nothing was counted');
  });
});

import { createRandom } from '@intermodel/numerics';
import { syntheticUnitMatches } from '@intermodel/testing';
import { firstValueFrom, from, of } from 'rxjs';
import { bench, describe } from 'vitest';
import { bootstrapEmbedding, countUnits, fitEmbedding, profileModels, resampleUnits, testComponents } from './index.ts';

const replicates = 200;
const batches = syntheticUnitMatches(20, 2048);
const profiles = await firstValueFrom(from(batches).pipe(profileModels()));
const units = await firstValueFrom(from(batches).pipe(countUnits()));
const embedding = await firstValueFrom(of(profiles).pipe(fitEmbedding()));

describe('200 replicates of 20 models x 200 concepts', () => {
  bench('bootstrapEmbedding', async () => {
    const resampled = resampleUnits({ profiles, units, replicates });
    const { clouds } = await firstValueFrom(
      of(profiles).pipe(bootstrapEmbedding({ embedding, replicates: resampled })),
    );
    if (clouds.numRows !== 20) throw new Error(`expected 20 clouds, got ${String(clouds.numRows)}`);
  });

  bench('of which the draws', () => {
    const resampled = resampleUnits({ profiles, units, replicates });
    const counts = new Int32Array(resampled.concepts.length);
    let drawn = 0;
    for (let model = 0; model < units.numRows; model++)
      for (let replicate = 0; replicate < replicates; replicate++) {
        resampled.countsOf(units.get(model)?.model ?? '', replicate, counts);
        drawn += counts[0] as number;
      }
    if (drawn === 0) throw new Error('nothing was drawn');
  });

  bench('rival of the draws: one unit after the other', () => {
    const random = createRandom(0);
    const conceptOf = Uint16Array.from({ length: 2048 }, (_, unit) => unit % 200);
    const counts = new Int32Array(200);
    for (let sample = 0; sample < 20 * replicates; sample++) {
      counts.fill(0);
      for (let unit = 0; unit < 2048; unit++) {
        const concept = conceptOf[random.below(2048)] as number;
        counts[concept] = (counts[concept] as number) + 1;
      }
    }
    if (counts.every((count) => count === 0)) throw new Error('nothing was drawn');
  });

  bench('testComponents', async () => {
    const variance = await firstValueFrom(of(profiles).pipe(testComponents({ embedding })));
    if (variance.get(0)?.p === undefined) throw new Error('nothing was tested');
  });
});

import { fitEmbedding, profileModels } from '@intermodel/embedding';
import { syntheticUnitMatches } from '@intermodel/testing';
import { concatMap, from, lastValueFrom, of } from 'rxjs';
import { printFigure } from './measure.ts';

/** Profiles and PCA of 10, 100, 1,000 synthetic models of 2,048 units. */
export async function benchEmbedding(): Promise<void> {
  for (const models of [10, 100, 1000]) {
    const batches = syntheticUnitMatches(models, 2048);
    const start = performance.now();
    let profiled = 0;
    const fit = await lastValueFrom(
      from(batches).pipe(
        profileModels(),
        concatMap((profiles) => {
          profiled = performance.now();
          return of(profiles).pipe(fitEmbedding({ restarts: 1 }));
        }),
      ),
    );
    const end = performance.now();
    if (fit.numRows < 150) throw new Error(`expected most of the 200 concepts, got ${String(fit.numRows)}`);
    printFigure(
      'embedding',
      `${String(models)} models x 2,048 units: profiles, then PCA`,
      `${((profiled - start) / 1000).toFixed(3)} + ${((end - profiled) / 1000).toFixed(3)} s`,
      models === 1000 ? 'under 5 s' : undefined,
    );
  }
}

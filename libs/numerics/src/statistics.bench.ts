import { bench, describe } from 'vitest';
import { createRandom, fitPrincipalComponents, pearson, rateClusterCounts, testCorrelations } from './index.ts';

const random = createRandom(1);
const draw = (length: number) => Float64Array.from({ length }, () => random.normal());
const predictors = Array.from({ length: 16 }, () => draw(12));
const responses = Array.from({ length: 36 }, () => draw(12));
const covariate = draw(12);
const options = { iterations: 3, time: 0, warmupIterations: 1, warmupTime: 0 };

describe('permutation tests: 16 x 36 correlations, n = 12, 100,000 orderings', () => {
  bench(
    'testCorrelations with family-wise p (WebAssembly SIMD)',
    () => {
      const { p, pFamily } = testCorrelations({ predictors, responses, familyWise: true, seed: 1 });
      if (p.length !== 576 || pFamily.some(Number.isNaN)) throw new Error('576 p values expected');
    },
    options,
  );

  bench(
    'testCorrelations given a covariate (Freedman-Lane)',
    () => {
      const { p } = testCorrelations({ predictors, responses, given: covariate, seed: 1 });
      if (p.length !== 576 || p.some(Number.isNaN)) throw new Error('576 p values expected');
    },
    options,
  );

  bench(
    'rival: plain JavaScript, a hundredth of the orderings, no family-wise p',
    () => {
      let extreme = 0;
      for (const x of predictors)
        for (const y of responses) {
          const observed = Math.abs(pearson(x, y));
          const shuffled = Float64Array.from(x);
          for (let ordering = 0; ordering < 1000; ordering++)
            if (Math.abs(pearson(random.shuffle(shuffled), y)) >= observed) extreme++;
        }
      if (extreme === 0) throw new Error('no ordering was as extreme');
    },
    options,
  );
});

describe('13 profiles of 145 concepts', () => {
  const values = draw(13 * 145);
  bench('fitPrincipalComponents, 3 components', () => {
    if (fitPrincipalComponents({ values, rows: 13, columns: 145, components: 3 }).variance.length !== 3)
      throw new Error('3 components expected');
  });
  bench(
    'rateClusterCounts, k = 1..10, 50 references',
    () => {
      if (rateClusterCounts({ values, rows: 13, columns: 145, maximum: 10 }).length !== 10)
        throw new Error('10 ratings expected');
    },
    options,
  );
});

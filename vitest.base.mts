import { defineConfig } from 'vitest/config';

/**
 * What every project's vitest shares: sources instead of built files, type tests, and a JSON report that the summary of
 * `npm test` reads.
 */
export default defineConfig({
  resolve: { conditions: ['@intermodel/source'] },
  ssr: { resolve: { conditions: ['@intermodel/source'] } },
  test: {
    environment: 'node',
    include: ['src/**/*.spec.ts'],
    passWithNoTests: false,
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/results.json' },
    // No test may fail for slowness: these only end what hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    benchmark: { include: ['src/**/*.bench.ts'] },
  },
});

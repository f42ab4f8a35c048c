import { defineConfig } from 'vitest/config';

/** What every project's vitest shares: sources instead of built files, type tests, and a JSON report that the summary of `npm test` reads. */
export default defineConfig({
  resolve: { conditions: ['@intermodel/source'] },
  ssr: { resolve: { conditions: ['@intermodel/source'] } },
  test: {
    environment: 'node',
    include: ['src/**/*.spec.ts'],
    passWithNoTests: false,
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/results.json' },
    testTimeout: 30_000,
    benchmark: { include: ['src/**/*.bench.ts'] },
  },
});

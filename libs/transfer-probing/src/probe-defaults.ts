import { resamplingDefaults } from './probe-outcome.ts';

/** Defaults of the heads. */
export const probeDefaults = {
  ways: 5,
  shots: [1, 5, 20, 50],
  queries: 15,
  episodes: 600,
  neighbours: [20, 200],
  ...resamplingDefaults,
} as const;

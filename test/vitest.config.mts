import { mergeConfig } from 'vitest/config';
import base from '../vitest.base.mts';

/** Cross-library and command-line tests start real processes, one file after another. */
export default mergeConfig(base, { test: { testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false } });

import { mergeConfig } from 'vitest/config';
import base from '../vitest.base.mts';

/** Cross-library and command-line tests start real processes: two files at a time. */
export default mergeConfig(base, { test: { maxWorkers: 2 } });

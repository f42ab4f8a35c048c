// Entry of the thread when the library runs from its sources (tests, benches, tools): a new thread knows no TypeScript,
// so that it registers tsx before it loads the entry. Built files start unit-range-worker.js itself.
import { register } from 'tsx/esm/api';

register();
await import('./unit-range-worker.ts');

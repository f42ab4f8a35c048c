// Entry of the inference thread when the library runs from its sources (tests, benches, tools): a new thread knows no
// TypeScript, so that it registers tsx before it loads the entry. Built files start inference-worker.js itself.
import { register } from 'tsx/esm/api';

register();
await import('./inference-worker.ts');

// Entry of the thread of a worker's jobs when the library runs from its sources (tests, benches, tools): a new thread
// knows no TypeScript, so that it registers tsx before it loads the entry. Built files start queue-thread.js itself.
import { register } from 'tsx/esm/api';

register();
await import('./queue-thread.ts');

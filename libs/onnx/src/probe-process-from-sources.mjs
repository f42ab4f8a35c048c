// Entry of the process that looks at models when the library runs from its sources: a new process knows no TypeScript,
// so that it registers tsx before it loads the entry. Built files start probe-process.js itself.
import { register } from 'tsx/esm/api';

register();
await import('./probe-process.ts');

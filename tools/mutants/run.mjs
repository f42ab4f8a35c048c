// Runs the mutants from their sources.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');

// Runs the harness from its sources on the built command.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');

// Runs the benches on the built libraries, as the command does: threads that they start then load plain JavaScript.
import { register } from 'tsx/esm/api';

register();
await import('./run.ts');

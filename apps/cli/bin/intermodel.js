#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadBundle } from './load-bundle.js';

const bundle = fileURLToPath(new URL('../dist/bundle/intermodel.cjs', import.meta.url));
if (existsSync(bundle)) process.exitCode = await loadBundle(bundle).exports.start(process.argv.slice(2));
else {
  process.stderr.write(
    'error NOT_BUILT: intermodel has not been built yet: run "npm run build" in its folder first.\n',
  );
  process.exitCode = 1;
}

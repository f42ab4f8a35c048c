#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { loadBundle } from './load-bundle.js';

const { start } = loadBundle(fileURLToPath(new URL('../dist/bundle/intermodel.cjs', import.meta.url))).exports;
process.exitCode = await start(process.argv.slice(2));

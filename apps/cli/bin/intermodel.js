#!/usr/bin/env node
import { runCommandLine } from '../dist/bundle/intermodel.js';

process.exitCode = await runCommandLine(process.argv.slice(2));

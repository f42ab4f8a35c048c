import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/**
 * Loads a bundled CommonJS module. What V8 made of it when it was built lies beside it and is read instead of being made
 * again, where it is of the same V8 under the same flags; else the module is compiled as ever.
 *
 * @param {string} file path of the module
 * @returns {{ exports: any, script: Script }} what it exports, and its compiled form
 */
export function loadBundle(file) {
  // A short run would spend a fifth of its processor time on bettering code that it soon does without; in a long one
  // code is bettered some milliseconds later.
  setFlagsFromString('--interrupt-budget=1000000');
  const head = '(function (exports, require, module, __filename) {';
  const script = new Script(`${head}${readFileSync(file, 'latin1')}\n})`, {
    filename: file,
    columnOffset: -head.length,
    cachedData: readCache(`${file}.cache`),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file);
  return { exports: module.exports, script };
}

function readCache(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

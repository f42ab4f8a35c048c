// Puts the built command, its threads and the modules that they stand on into one file each: to load a thousand takes
// most of a short run. What V8 makes of the command is kept beside it, as a run leaves it.
import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const standaloneCode = standalone.default;

const outdir = path.join(import.meta.dirname, 'dist/bundle');
const libraries = path.resolve(import.meta.dirname, '../../libs');

/** Modules that libraries start as threads or processes of their own. */
const threads = [
  'activation-streaming/dist/inference-worker.js',
  'distribution/dist/queue/queue-thread.js',
  'numerics/dist/activation-maps/unit-ranges/unit-range-worker.js',
  'onnx/dist/probe-process.js',
].map((file) => path.join(libraries, file));

const address = (from, to) => JSON.stringify(path.relative(from, to).split(path.sep).join('/'));

/** Libraries find their data beside themselves: each keeps the address of its own file. Their threads are bundled too. */
const keepAddresses = {
  name: 'keep addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
      if (!file.startsWith(libraries + path.sep)) return undefined;
      const folder = path.dirname(file);
      let contents = await readFile(file, 'utf8');
      contents = contents.replaceAll('import.meta.url', `new URL(${address(outdir, file)}, bundleAddress).href`);
      for (const thread of threads)
        if (path.dirname(thread) === folder)
          contents = contents.replaceAll(
            `'./${path.basename(thread)}'`,
            address(folder, path.join(outdir, path.basename(thread, '.js') + '.cjs')),
          );
      return { contents };
    });
  },
};

/** What is compiled of the JSON Schema of studies takes the place of the module that compiles it. */
const compileSchema = {
  name: 'compile schema',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]studies[/\\]dist[/\\]study-validator\.js$/ }, async ({ path: file }) => {
      const { compileStudySchema } = await import(pathToFileURL(file).href);
      const { ajv, validate } = compileStudySchema(true);
      return {
        contents: `${standaloneCode(ajv, validate)}\nexport const studyValidator = () => validate;`,
        resolveDir: path.dirname(file),
      };
    });
  },
};

/** Families of checkpoints as they are read take the place of the module that reads them. */
const compileFamilies = {
  name: 'compile families',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]checkpoints[/\\]dist[/\\]recognising[/\\]registry\.js$/ }, async ({ path: file }) => {
      const { readRegistry } = await import(pathToFileURL(file).href);
      const text = JSON.stringify(JSON.stringify(readRegistry()));
      return {
        contents: `let families;
export const readRegistry = () => (families ??= JSON.parse(${text}));
export const readRegistered = (name) => readRegistry().find((family) => family.name === name);`,
      };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [path.join(import.meta.dirname, 'dist/start.js'), ...threads].map((file) => ({
    in: file,
    out: path.basename(file, '.js').replace(/^start$/u, 'intermodel'),
  })),
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  // The first two bring binaries, which they look for beside themselves; the others are large, and few runs need them.
  external: ['sharp', 'onnxruntime-node', 'bullmq', 'ioredis', '@aws-sdk/client-s3'],
  supported: { 'dynamic-import': false },
  banner: { js: "const bundleAddress = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [compileSchema, compileFamilies, keepAddresses],
  logLevel: 'warning',
});
// Text of one byte a character is read faster, and takes half the memory.
const command = path.join(outdir, 'intermodel.cjs');
await writeFile(
  command,
  (await readFile(command, 'utf8')).replace(
    /[\u0080-\uffff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
);
const made = spawnSync(process.execPath, [fileURLToPath(new URL('keep-compiled.mjs', import.meta.url)), outdir], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (made.status !== 0) throw new Error('what V8 made of the command could not be kept');

// Puts the built command and the modules that it stands on into few files: to load a thousand takes most of a short
// run.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const outdir = path.join(import.meta.dirname, 'dist/bundle');
const libraries = path.resolve(import.meta.dirname, '../../libs');

/** Libraries find their threads and data beside themselves: each keeps the address of its own file. */
const keepAddresses = {
  name: 'keep addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
      if (!file.startsWith(libraries + path.sep)) return undefined;
      const own = JSON.stringify(path.relative(outdir, file).split(path.sep).join('/'));
      return {
        contents: (await readFile(file, 'utf8')).replaceAll('import.meta.url', `new URL(${own}, import.meta.url).href`),
      };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: { intermodel: path.join(import.meta.dirname, 'dist/start.js') },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // They bring binaries, which they look for beside themselves.
  external: ['sharp', 'onnxruntime-node'],
  // CommonJS modules among the dependencies ask for those of Node.
  banner: {
    js: "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);",
  },
  plugins: [keepAddresses],
  logLevel: 'warning',
});

/**
 * Bundles the page's script (client/main.ts) into src/generated/client-script.ts, so that a report carries it as text.
 */
import { build } from 'esbuild';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The script as it stands in a page: one statement, nothing in it that could end its element. */
export async function bundleClient() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('client/main.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return outputFiles[0].text.trim().replaceAll('</', '<\\/');
}

/** The module that holds the script. */
export function clientModule(script) {
  return `// Made by bundle-client.mjs from client/: change the sources, then run \`npm run client -w @intermodel/report\`.\n\n/** The page's script, bundled. */\nexport const clientScript = ${JSON.stringify(script).replaceAll('\u2028', '\\u2028')};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL('src/generated/client-script.ts', import.meta.url), clientModule(await bundleClient()));
}

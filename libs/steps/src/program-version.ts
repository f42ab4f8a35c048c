import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Version of intermodel, from its package. */
export const programVersion = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** Version of a library that computes under intermodel, or undefined where its package is not to be seen from here. */
export function libraryVersion(name: string): string | undefined {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const file = places
    .map((folder) => path.join(folder, name, 'package.json'))
    .find((candidate) => existsSync(candidate));
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

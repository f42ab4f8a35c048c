import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Shape of tools/wasm/build.mjs. */
interface BuildScript {
  generateAll(): Promise<readonly { readonly file: string; readonly text: string }[]>;
}

describe('the committed WebAssembly modules', () => {
  it('are byte for byte what their sources compile to', async () => {
    const { generateAll } = (await import(
      new URL('../../../tools/wasm/build.mjs', import.meta.url).href
    )) as BuildScript;
    const generated = await generateAll();
    expect(generated).toHaveLength(4);
    for (const { file, text } of generated)
      expect(readFileSync(file, 'utf8') === text, `${file}: run node tools/wasm/build.mjs`).toBe(true);
  });
});

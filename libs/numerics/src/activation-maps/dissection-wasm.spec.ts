import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Shape of tools/wasm/build.mjs. */
interface BuildScript {
  generateAll(): Promise<readonly { readonly file: string; readonly text: string }[]>;
}

describe('the committed WebAssembly module', () => {
  it('is byte for byte what its source compiles to', async () => {
    const { generateAll } = (await import(new URL('../../../../tools/wasm/build.mjs', import.meta.url).href)) as BuildScript;
    const generated = await generateAll();
    const mine = generated.filter(({ file }) => file.endsWith('dissection-wasm.ts'));
    expect(mine).toHaveLength(1);
    for (const { file, text } of mine) expect(readFileSync(file, 'utf8') === text, `${file}: run node tools/wasm/build.mjs`).toBe(true);
  }, 60_000);
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bundleClient, clientModule } from '../../bundle-client.mjs';
import { clientScript } from './client-script.ts';

describe('client script', () => {
  it('is what its sources give: run `npm run client -w @intermodel/report` after a change', async () => {
    const bundled = await bundleClient();
    expect(clientScript).toBe(bundled);
    expect(await readFile(new URL('client-script.ts', import.meta.url), 'utf8')).toBe(clientModule(bundled));
  });

  it('cannot end its own element, and reaches for nothing outside of the page', () => {
    expect(clientScript).not.toMatch(/<\/|<!--/u);
    expect(clientScript).not.toMatch(/\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|\beval\(|new Function|import\(/u);
    expect(
      clientScript.match(/https?:\/\/[^"'` ]+/gu)?.filter((address) => !address.startsWith('http://www.w3.org/')),
    ).toEqual([]);
  });

  it('stays small', () => {
    expect(clientScript.length).toBeLessThan(96 * 1024);
  });
});

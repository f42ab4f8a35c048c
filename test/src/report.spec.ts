import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderBytes, intermodel, root, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const reproduce = (out: string) =>
  intermodel(['reproduce', '--out', at(out), '--format', 'html,md', '--figures', at(`${out}-figures`), '--quiet']);

beforeAll(() => {
  expect(reproduce('study')).toMatchObject({ stderr: '', code: 0 });
});

describe('the reports of the published study', () => {
  it('are a page and Markdown with the same findings', () => {
    const [html, markdown] = ['report.html', 'report.md'].map((name) => readFileSync(at('study', name), 'utf8')) as [
      string,
      string,
    ];
    expect([...html.matchAll(/<li class="finding (\w+)">/gu)].map(([, kind]) => kind)).toEqual([
      'supported',
      'supported',
      'supported',
      'unsupported',
      'description',
    ]);
    expect(markdown.match(/^- \*\*(?:Supported|Not supported|Description):\*\*/gmu)).toHaveLength(5);
    for (const text of [html, markdown]) {
      expect(text).toContain('2 of 576 relations are supported');
      expect(text).toContain('Twenty ResNet-50s, most of them trained without labels');
    }
    expect(html).toMatch(/<dt>preset<\/dt><dd>paper-2022: the published embedding/u);
    expect(html).toMatch(/<dt>intermodel<\/dt><dd>\d+\.\d+\.\d+<\/dd>.*<dt>ml-pca<\/dt><dd>\d+\.\d+\.\d+<\/dd>/u);
  });

  it('save every figure as SVG, PNG and CSV', () => {
    const files = readdirSync(at('study-figures'));
    const names = (ending: string) =>
      files
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length))
        .sort();
    expect(names('.svg')).toEqual(
      expect.arrayContaining([
        'embedding-1-2',
        'embedding-3-2',
        'variance',
        'bars-matches',
        'loadings',
        'concept-map',
        'relations',
        'surface-dt-cifar10',
        'relation-pc1-dt-cifar10',
      ]),
    );
    expect(names('.png')).toEqual(names('.svg'));
    expect(names('.csv')).toEqual(names('.svg'));
    for (const name of names('.png'))
      expect(
        readFileSync(at('study-figures', `${name}.png`))
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
    expect(readFileSync(at('study-figures', 'variance.csv'), 'utf8').trim().split('\n')).toHaveLength(13);
  });

  it('are the same bytes when they are made again', () => {
    expect(reproduce('again')).toMatchObject({ stderr: '', code: 0 });
    expect(folderBytes(at('again'))).toEqual(folderBytes(at('study')));
    expect(folderBytes(at('again-figures'))).toEqual(folderBytes(at('study-figures')));
  });
});

const browserPath = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file !== '' && existsSync(file));

describe.skipIf(browserPath === undefined)(
  browserPath === undefined
    ? 'its page in a browser (skipped: no Chromium found; set CHROMIUM to its path)'
    : 'its page in a browser',
  () => {
    let browser: Browser;
    const views = path.join(root, 'test', 'test-artifacts');

    beforeAll(async () => {
      mkdirSync(views, { recursive: true });
      browser = await chromium.launch({
        ...(browserPath === undefined ? {} : { executablePath: browserPath }),
        args: ['--no-sandbox'],
      });
    });
    afterAll(async () => {
      await browser.close();
    });

    it.each([
      [1280, 'light'],
      [1280, 'dark'],
      [360, 'light'],
      [360, 'dark'],
    ] as const)('opens from disk at %s px in the %s scheme, and asks for nothing', async (width, colorScheme) => {
      const page: Page = await (await browser.newContext({ viewport: { width, height: 900 }, colorScheme })).newPage();
      const said: string[] = [];
      const address = pathToFileURL(at('study', 'report.html')).href;
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      page.on('request', (request) => request.url() !== address && said.push(request.url()));
      const start = performance.now();
      await page.goto(address);
      await page.waitForSelector('html[data-ready]');
      // Printed, not asserted: machines differ.
      process.stdout.write(
        `published report at ${String(width)} px: interactive after ${String(Math.round(performance.now() - start))} ms\n`,
      );
      expect(said).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
      expect(await page.locator('#embedding-1-2 .point').count()).toBe(13);
      await page.screenshot({
        path: path.join(views, `published-${String(width)}-${colorScheme}.png`),
        fullPage: true,
      });
      await page.context().close();
    });
  },
);

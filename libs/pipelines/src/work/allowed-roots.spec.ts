import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { AllowedRoots } from './allowed-roots.ts';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'roots-')));
const at = (...parts: string[]) => path.join(folder, ...parts);

mkdirSync(at('open', 'deep'), { recursive: true });
mkdirSync(at('open-too'));
mkdirSync(at('secret'));
writeFileSync(at('secret', 'file'), '');
writeFileSync(at('open', 'file'), '');
symlinkSync(at('secret'), at('open', 'way-out'));
symlinkSync(at('secret', 'to-be'), at('open', 'to-nothing'));
symlinkSync(at('open', 'deep'), at('secret', 'way-in'));
symlinkSync('loop', at('open', 'loop'));
symlinkSync(at('open'), at('alias'));

describe(AllowedRoots, () => {
  const roots = new AllowedRoots([at('alias'), `${at('open', 'deep')}/../deep/`, 's3://bucket/open/']);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    at('open'),
    at('open', 'file'),
    at('open', 'not', 'yet', 'there'),
    at('alias', 'file'),
    at('secret', 'way-in', 'store'),
    `${at('open')}/../open/file`,
    `${at('open')}/..file`,
    's3://bucket/open',
    's3://bucket/open/study/steps',
  ])('allows %s', (name) => {
    expect(() => {
      roots.check(name);
    }).not.toThrow();
  });

  it.each([
    '/',
    '/etc/passwd',
    folder,
    at('open-too'),
    at('open', '..', 'secret', 'file'),
    at('open', 'way-out', 'file'),
    at('open', 'way-out', 'not-yet'),
    at('open', 'to-nothing'),
    at('open', 'to-nothing', 'deeper'),
    at('open', 'loop'),
    'open/file',
    '',
    's3://bucket/prefix',
    's3://bucket/open-too',
    's3://bucket/open/../secret',
    's3://user:secret@bucket/open',
    'S3://bucket/open',
    `file://${at('open', 'file')}`,
  ])('refuses %s', (name) => {
    expect(() => {
      roots.check(name);
    }).toThrow(expect.objectContaining({ code: 'PATH_NOT_ALLOWED' }));
  });

  it('allows, of any way through the folders, just those that end within', () => {
    const step = fc.constantFrom('..', '.', 'open', 'secret', 'deep', 'way-out', 'way-in', 'alias', 'file', 'new', '');
    const start = fc.constantFrom(folder, at('open'), at('secret'), at('alias'), '');
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 6 }), (begin, steps) => {
        const name = [begin, ...steps].join('/');
        // What opening it would reach.
        const real = (() => {
          try {
            return realpathSync(path.resolve('/', name));
          } catch {
            return undefined;
          }
        })();
        fc.pre(real !== undefined);
        const isWithin = `${real}/`.startsWith(`${at('open')}/`);
        const check = () => {
          roots.check(path.resolve('/', name));
        };
        if (isWithin) expect(check).not.toThrow();
        else expect(check).toThrow(expect.objectContaining({ code: 'PATH_NOT_ALLOWED' }));
      }),
      { numRuns: 500, seed: 19 },
    );
  });

  it('needs folders that are there', () => {
    expect(() => new AllowedRoots([])).toThrow(expect.objectContaining({ code: 'ROOT_MISSING' }));
    expect(() => new AllowedRoots([at('nowhere')])).toThrow(expect.objectContaining({ code: 'ROOT_MISSING' }));
  });
});

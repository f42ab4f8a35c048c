import { cpSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { folderBytes, intermodel, root } from './command-line.ts';
import { imageFile, smallStudies, tablesOf } from './small-studies.ts';

const { at, study } = smallStudies();

describe('--set', () => {
  const sets = ['--set', 'matching.gate=0.02', '--set', 'models[b].input.preset=imagenet', '--set', 'gallery.units=0'];
  const store = () => ['--store', at('steps')];
  beforeAll(() => {
    const written = study({ more: { gallery: { units: 0, images: 2 } } });
    expect(intermodel(['run', written, '--out', at('set'), ...store(), ...sets, '--quiet']).stderr).toBe('');
  });

  it('goes over the file, and gives what the file would give', () => {
    const { gate } = (manifest('set')['options'] as { readonly matching: { readonly gate: number } }).matching;
    expect(gate).toBe(0.02);
    const written = study({
      file: 'gated.json',
      more: {
        models: ['a', 'b', 'c'].map((name) => ({
          name,
          file: `${name}.onnx`,
          layer: 'maps',
          input: { width: 32, height: 32, preset: name === 'b' ? 'imagenet' : 'zero-one' },
        })),
        matching: { gate: 0.02 },
        gallery: { units: 0, images: 2 },
      },
    });
    expect(intermodel(['run', written, '--out', at('gated'), '--quiet']).stderr).toBe('');
    expect(tablesOf(folderBytes(at('set')))).toEqual(tablesOf(folderBytes(at('gated'))));
  });

  it('is stated with the command of the report', () => {
    const stated = 'intermodel run study.json --set matching.gate=0.02 --set';
    expect(manifest('set')['command']).toContain(stated);
    expect(readFileSync(at('set', 'report.html'), 'utf8')).toContain(stated);
  });

  it('is known to status and clean', () => {
    const status = (...argv: string[]) => intermodel(['status', study(), ...store(), ...argv]).stdout;
    expect(status(...sets)).toContain('Complete');
    expect(status(...sets, '--set', 'matching.gate=0.3')).toMatch(/matches.*: .*0\.02 -> 0\.3/u);
    expect(intermodel(['clean', study(), ...store(), ...sets]).stdout).toMatch(/^Nothing to remove/u);
    expect(intermodel(['clean', study(), ...store()]).stdout).toMatch(/^matches|Would remove/mu);
  });

  it('goes over the flags that describe data, with the same checks', () => {
    const info = (...argv: string[]) => intermodel(['data', 'info', at('data'), ...argv]);
    expect(info('--set', 'seed=1').stdout).toBe(info().stdout);
    expect(info('--gate', '0.1', '--set', 'matching.gate=0.2').stdout).toContain('pass the gate of 0.2');
    for (const set of ['nonsense', 'data.maxPixles=1', 'data.maxPixels=many', 'data.maxPixels=1'])
      expect(info('--set', set)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('--set') as string,
      });
  });

  it('is known to data info, and to a dissection by flags', () => {
    const info = (...argv: string[]) => intermodel(['data', 'info', '--study', study(), ...argv]).stdout;
    expect(info('--set', 'matching.gate=0.125')).toContain('pass the gate of 0.125');
    expect(info()).toContain('pass the gate of 0.04');
    const { code, stderr } = dissect('by-set', '--set', 'runtime.imagesPerShard=6', '--score', 'f1', '--gate', '0.1');
    expect([code, stderr]).toEqual([0, '']);
    const { matching } = manifest('by-set')['options'] as { readonly matching: Record<string, unknown> };
    expect(matching).toMatchObject({ score: 'f1', gate: 0.1 });
    expect(manifest('by-set')['command']).toContain('--score f1 --gate 0.1');
  });

  it.each([
    ['runtime.treads=2', 'OPTION_UNKNOWN', /--set runtime\.treads: [\s\S]*Did you mean "runtime\.threads"/u],
    ['runtime.threads', 'OPTION_SET', /--set runtime\.threads: is no setting[\s\S]*PATH=VALUE/u],
    ['runtime.threads=many', 'STUDY_FILE', /--set runtime\.threads: is "many"/u],
    ['models[z].layer=x', 'OPTION_UNKNOWN', /--set models\[z\]\.layer: there is no entry "z"/u],
    ['data.images=nowhere', 'STUDY_FILE', /--set data\.images: there is no folder "nowhere"/u],
  ])('%s is refused', (set, code, text) => {
    const run = intermodel(['status', study(), '--out', at('none'), '--set', set]);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(`error ${code}: `);
    expect(run.stderr).toMatch(text);
    expect(run.stderr).not.toMatch(/`|^\s+at /mu);
  });
});

describe('settings in messages', () => {
  it('are typed as they were given: by a flag, or in the study file', () => {
    const hint = (argv: readonly string[]) => /what to do: (.*)/u.exec(intermodel(argv).stderr)?.[1];
    const raise = 'If the file is meant to be so large, raise the limit:';
    expect(hint(['data', 'info', at('data'), '--max-pixels', '9'])).toBe(`${raise} --max-pixels.`);
    expect(/what to do: (.*)/u.exec(dissect('large', '--max-pixels', '9').stderr)?.[1]).toBe(`${raise} --max-pixels.`);
    const file = study({ file: 'large.json' });
    const inFile = `${raise} data.maxPixels (in ${file}, or --set data.maxPixels=VALUE).`;
    expect(hint(['run', file, '--out', at('large'), '--set', 'data.maxPixels=9'])).toBe(inFile);
    expect(hint(['data', 'info', '--study', file, '--set', 'data.maxPixels=9'])).toBe(inFile);
  });

  it('name the flag, or the setting, that was given, once', () => {
    const told = (...argv: string[]) => dissect('refused', ...argv).stderr;
    expect(told('--input', '{widht: 3}')).toMatch(/^error OPTION_VALUE: --input: there is no key "widht"\n(?!.*also)/u);
    expect(told('--set', 'data.maxPixels=9')).toContain('raise the limit: --set data.maxPixels.');
    expect(told('--crowd', 'keep')).toMatch(
      /--crowd: the format "plain" has no option[\s\S]*--reduced-zero, --image-suffix/u,
    );
    expect(told('--score', 'lfit')).toMatch(/^error SCORE_UNKNOWN: --score: /u);
    expect(told('--set', 'models[a].layers=[maps, mops]')).toMatch(
      /tensor "mops"[\s\S]*Correct --set models\[a\]\.layers\./u,
    );
    const missing = at('a.onx');
    expect(told('--model', missing)).toContain(`Did you mean "${at('a.onnx')}"?`);
    const info = (...argv: string[]) => intermodel(['data', 'info', at('data'), ...argv]).stderr;
    expect(info('--names', 'x')).toMatch(/^error DATA_OPTIONS: --names: /u);
    expect(info('--set', 'data.vocabulary.keep=[skyy]')).toMatch(/Correct --set data\.vocabulary\.keep\.\n$/u);
    expect(intermodel(['data', 'info', '--data-format', 'voc']).stderr).toContain('(Did you mean --format?)');
    expect(intermodel(['data', 'info', '--data', 'x']).stderr).toContain('(Did you mean PATH?)');
  });

  it('of a study file name the setting that is to blame, and the model that is meant', () => {
    const told = (set: string) => intermodel(['status', study(), '--out', at('none'), '--set', set]).stderr;
    expect(told('models[a].name=b')).toMatch(
      /^error STUDY_FILE: --set models\[a\]\.name, models\[1\]\.name: the name "b"/u,
    );
    expect(told('models[a].input.width=31')).toMatch(
      /--set models\[a\]\.input\.width=\d+ --set models\[a\]\.input\.height=\d+\)/u,
    );
    expect(told('models[a].layr=x')).toContain('Did you mean "models[a].layer"?');
  });

  it('are the same in JSON', () => {
    const { stderr } = intermodel(['data', 'info', at('data'), '--max-pixels', '9', '--json']);
    const { error } = JSON.parse(stderr) as { readonly error: { readonly hint: string; readonly message: string } };
    expect([error.hint, error.message]).toEqual([
      expect.stringContaining('limit: --max-pixels.'),
      expect.stringContaining('limit: --max-pixels.'),
    ]);
  });

  it('name values, and switches by their flags alone', () => {
    cpSync(at('data'), at('unpaired'), { recursive: true });
    const image = imageFile(at('unpaired'), 0);
    cpSync(image, image.replace('scene-000', 'more'));
    expect(intermodel(['data', 'info', at('unpaired')]).stderr).toContain('with --unpaired leave-out.');
    const run = intermodel(['run', study({ data: 'unpaired', file: 'unpaired.json' }), '--out', at('unpaired-run')]);
    expect(run.stderr).toMatch(
      /with data\.unpaired: leave-out \(in .*unpaired\.json, or --set data\.unpaired=leave-out\)\./u,
    );
  });
});

describe('intermodel options', () => {
  it('finds options by words in path, flag and help', () => {
    const { stdout, code } = intermodel(['options', 'max', 'pixels']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^data\.maxPixels\n {2}Most pixels[\s\S]* {2}values: whole number of pixels, at least 1\n {2}default: 100000000\n {2}flag: --max-pixels <N> of dissect, data info, data show, features, probe$/mu,
    );
    const found = JSON.parse(intermodel(['options', 'max-pixels', '--json']).stdout) as readonly object[];
    expect(found).toEqual([
      expect.objectContaining({
        path: 'data.maxPixels',
        default: 100_000_000,
        flags: [{ flag: '--max-pixels <N>', commands: ['dissect', 'data info', 'data show', 'features', 'probe'] }],
      }),
    ]);
    const all = JSON.parse(intermodel(['options', '--json']).stdout) as readonly object[];
    expect(all.length).toBeGreaterThan(100);
  });

  it('names the nearest where there is none', () => {
    const { code, stderr } = intermodel(['options', 'maxPixles']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean data.maxPixels?')]);
  });
});

it('draws the steps though it is to be quiet', () => {
  expect(intermodel(['status', study(), '--out', at('none'), '--graph', '--quiet']).stdout).toMatch(/^flowchart LR\n/u);
});

describe('help', () => {
  it('is worded alike for all commands, with --set where there is one', () => {
    for (const argv of [[], ['data'], ['data', 'info'], ['run'], ['dissect']]) {
      const { stdout } = intermodel([...argv, '--help']);
      expect(stdout).toMatch(/-h, --help +Show this help\./u);
      expect(stdout).not.toContain('display help');
    }
    const text = intermodel(['dissect', '--help']).stdout.replaceAll(/\s+/gu, ' ');
    expect(text).toMatch(/--set <PATH=VALUE> Value \(YAML\).*models\[NAME\]/u);
    expect(text).toMatch(/Examples:.*--set models\[a\]/u);
    expect(text).toMatch(/--probe-seconds <N> Seconds .*--probe-megabytes <N> Memory \(MiB\)/u);
  });

  it('lists options under headings, with their choices and defaults', () => {
    const { stdout } = intermodel(['dissect', '--help']);
    const headings = ['Models', 'Images and labels', 'Matching', 'Embedding and scores', 'Report', 'Store and machine'];
    const places = headings.map((heading) => stdout.indexOf(`\n${heading}:\n`));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(stdout.replaceAll(/\s+/gu, ' ')).toContain('--gallery-pool <NAME> ');
    expect(stdout.replaceAll(/\s+/gu, ' ')).toContain('(max, mean; default: max)');
  });

  it.each([
    ['compare', '--help'],
    ['data', 'inof', '-h'],
    ['help', 'compare'],
    ['help', 'data', 'inof'],
  ])('of a command that there is not is refused: %s %s', (...argv) => {
    const { code, stdout, stderr } = intermodel(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: unknown command '(?:compare|inof)'/u);
  });

  it('is that of the command that is asked about', () => {
    expect(intermodel(['help', 'data', 'info']).stdout).toMatch(/^Usage: intermodel data info/u);
    expect(intermodel(['--help']).stdout).toMatch(/^Usage: intermodel \[options\] \[command\]/u);
  });
});

it('says that it has not been built, in one line', () => {
  cpSync(path.join(root, 'apps/cli/bin'), at('cli', 'bin'), { recursive: true });
  cpSync(path.join(root, 'apps/cli/package.json'), at('cli', 'package.json'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('cli', 'bin', 'intermodel.js'), 'run'], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^[^\n]*npm run build[^\n]*\n$/u);
});

function manifest(out: string): Record<string, unknown> {
  return JSON.parse(readFileSync(at(out, 'manifest.json'), 'utf8')) as Record<string, unknown>;
}

function dissect(out: string, ...more: readonly string[]) {
  const models = ['a', 'b'].flatMap((name) => ['--model', `${at(`${name}.onnx`)}:maps`]);
  const input = ['--input', '{width: 32, height: 32, preset: zero-one}'];
  return intermodel(['dissect', ...models, ...input, '--data', at('data'), '--out', at(out), '--quiet', ...more]);
}

import { spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PlacedMutant } from './mutant.ts';

/** What the specs said of the sources as they stood. */
export interface SpecRun {
  /** First test that failed, undefined where all passed. */
  readonly failed: string | undefined;
  /** Seconds. */
  readonly seconds: number;
}

/**
 * Specs that are not asked: those that compare sources with what was generated from them would notice every change,
 * whatever it does; those of a browser take minutes.
 */
const unaskedSpecs = ['wasm-modules.spec.ts', 'client-script.spec.ts', '*.browser.spec.ts'];

/**
 * A library copied into a temporary folder beside links to all others, in which its sources can be broken: nothing has
 * to be put back where a run is ended.
 */
export class Workspace {
  readonly #folder: string;
  readonly #library: string;
  #child: ChildProcess | undefined;

  constructor(root: string, library: string) {
    this.#library = library;
    this.#folder = mkdtempSync(path.join(tmpdir(), `mutants-${library}-`));
    for (const file of ['vitest.base.mts', 'tsconfig.base.json', 'package.json'])
      cpSync(path.join(root, file), path.join(this.#folder, file));
    symlinkSync(path.join(root, 'node_modules'), path.join(this.#folder, 'node_modules'));
    cpSync(path.join(root, 'tools/wasm'), path.join(this.#folder, 'tools/wasm'), { recursive: true });
    mkdirSync(path.join(this.#folder, 'libs'));
    for (const other of readdirSync(path.join(root, 'libs')))
      if (other !== library) symlinkSync(path.join(root, 'libs', other), path.join(this.#folder, 'libs', other));
    cpSync(path.join(root, 'libs', library), path.join(this.#folder, 'libs', library), {
      recursive: true,
      filter: (source) => !['dist', 'node_modules', '.vitest'].includes(path.basename(source)),
    });
  }

  /** Tries a mutant: the spec of its file first, then all. */
  async try(mutant: PlacedMutant): Promise<SpecRun> {
    const file = path.join(this.#folder, 'libs', this.#library, mutant.place);
    const text = readFileSync(file, 'utf8');
    const isKernel = mutant.place.startsWith('wasm/');
    try {
      writeFileSync(
        file,
        text.replace(mutant.find, () => mutant.replace),
      );
      if (isKernel) await this.#compile();
      const spec = mutant.spec ?? path.basename(file).replace(/\.ts$/u, '.spec.ts');
      const first = this.#specs().includes(spec) ? await this.runSpecs(spec) : { failed: undefined, seconds: 0 };
      if (first.failed !== undefined) return first;
      const { failed, seconds } = await this.runSpecs();
      return { failed, seconds: first.seconds + seconds };
    } finally {
      writeFileSync(file, text);
      if (isKernel) await this.#compile();
    }
  }

  /**
   * Runs the specs until one fails.
   *
   * @param spec base name of the only one to run
   * @throws Error where no test could be run
   */
  async runSpecs(spec = ''): Promise<SpecRun> {
    const report = path.join(this.#folder, 'report.json');
    rmSync(report, { force: true });
    const start = performance.now();
    const { output } = await this.#run(path.join(this.#folder, 'node_modules/vitest/vitest.mjs'), [
      ...['run', '--root', path.join('libs', this.#library), '--bail', '1'],
      ...['--reporter', 'json', '--outputFile.json', report],
      ...unaskedSpecs.flatMap((name) => ['--exclude', `**/${name}`]),
      ...(spec === '' ? [] : [`/${spec}`]),
    ]);
    const seconds = (performance.now() - start) / 1000;
    if (!existsSync(report)) throw new Error(`vitest did not run:\n${output}`);
    const { numTotalTests, success, testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    if (numTotalTests === 0) throw new Error(`no test was run:\n${testResults[0]?.message ?? output}`);
    const failed = testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName }) => `${path.basename(name)}: ${fullName}`),
    )[0];
    // A suite that cannot be loaded, or an error that no test caught.
    return { failed: failed ?? (success ? undefined : 'specs that could not be run'), seconds };
  }

  /** Ends what is under way, and removes the copy. */
  remove(): void {
    this.#child?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #specs(): string[] {
    return readdirSync(path.join(this.#folder, 'libs', this.#library, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.spec.ts'))
      .map((name) => path.basename(name));
  }

  async #compile(): Promise<void> {
    const { code, output } = await this.#run(path.join(this.#folder, 'tools/wasm/build.mjs'), []);
    if (code !== 0) throw new Error(`the kernels do not compile:\n${output}`);
  }

  /** Runs a script; gives its exit code and what it prints. */
  #run(script: string, argv: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script, ...argv], { cwd: this.#folder });
      this.#child = child;
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (text: Buffer) => (output += text.toString()));
      child.on('error', reject);
      child.on('close', (code) => {
        this.#child = undefined;
        resolve({ code, output });
      });
    });
  }
}

/** What of vitest's report is read. */
interface VitestReport {
  readonly numTotalTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

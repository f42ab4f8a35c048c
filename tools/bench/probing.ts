import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRandom } from '@intermodel/numerics';
import { openProducts } from '@intermodel/onnx';
import { penalties, probeFewShot } from '@intermodel/transfer-probing';
import { benchFeaturePass } from './feature-pass.ts';
import { measureProcess, printFigure } from './measure.ts';

const python = '/usr/bin/python3';
const rival = path.resolve(import.meta.dirname, 'sklearn-path.py');
const prober = path.resolve(import.meta.dirname, 'probe-features.mjs');
const [train, val, test, columns, classes] = [10_000, 2_000, 2_000, 2_048, 100];
/** Every ninth value of C is fitted by scikit-learn too, which would take very long over all. */
const rivalEvery = 9;

/**
 * Heads on pooled features: the whole of many-shot classification (45 values of C, fitted again, scored) in a process of
 * its own, scikit-learn on some of these values beside it, and episodes of few-shot classification.
 */
export async function benchProbing(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const { features, labels } = await drawFeatures();
    writeFileSync(path.join(folder, 'features.f32'), features);
    writeFileSync(path.join(folder, 'labels.i32'), labels);
    const sizes = [train, val, test, columns, classes].map(String);
    const head = measureProcess(prober, ['head', folder, ...sizes]);
    const size = [train, columns, classes].map((each) => each.toLocaleString('en')).join(' x ');
    const figure = ({ seconds, megabytes }: typeof head) => `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`;
    printFigure('probing', `many-shot, ${size}: whole head, 45 C`, figure(head), 'at most 60 s, 1,000 MB');
    compareOptima(folder, sizes);
    await benchEpisodes(features, labels);
    await benchFeaturePass();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same values of C by both, each on all cores, one after the other. */
function compareOptima(folder: string, sizes: readonly string[]): void {
  const some = penalties.filter((_, index) => index % rivalEvery === rivalEvery - 1);
  const rest = [folder, ...sizes, some.join(',')];
  const theirs = spawnSync(python, ['-W', 'ignore', rival, ...rest], { encoding: 'utf8' });
  if (theirs.status !== 0) {
    console.log(`probing      scikit-learn was not measured (${theirs.stderr.trim().split('\n').at(-1) ?? ''})`);
    return;
  }
  const ours = spawnSync(process.execPath, [prober, 'path', ...rest], { encoding: 'utf8' });
  if (ours.status !== 0) throw new Error(ours.stderr);
  const [found, own] = [JSON.parse(theirs.stdout) as Path, JSON.parse(ours.stdout) as Path];
  const excess = some.map((_, index) => (own.losses[index] as number) / (found.losses[index] as number) - 1);
  if (!(Math.max(...excess) < 1e-4)) throw new Error(`a loss is higher than scikit-learn's: ${excess.join(', ')}`);
  const count = `${String(some.length)} of the 45 C`;
  printFigure(
    'probing',
    `scikit-learn, ${count}`,
    `${found.seconds.toFixed(1)} s, ${found.megabytes?.toFixed(0) ?? ''} MB`,
  );
  printFigure('probing', 'the same here', `${(own.seconds / found.seconds).toFixed(2)} x`, 'at most 1 x');
  printFigure(
    'probing',
    'losses beyond scikit-learn, least and most',
    `${relative(Math.min(...excess))}, ${relative(Math.max(...excess))}`,
  );
}

/** What fits with some values of C took and found. */
interface Path {
  readonly seconds: number;
  readonly megabytes?: number;
  readonly losses: readonly number[];
}

function relative(excess: number): string {
  return excess.toExponential(1);
}

async function benchEpisodes(features: Float32Array, labels: Int32Array): Promise<void> {
  const part = {
    features: { values: features, rows: labels.length, columns },
    labels: Array.from(labels, (label) => [label]),
    images: Array.from(labels, (_, image) => String(image).padStart(6, '0')),
  };
  let whole = 0;
  for (const shots of [1, 5, 20, 50]) {
    const start = performance.now();
    const { outcomes } = await probeFewShot({ parts: [part], shots: [shots] });
    const seconds = (performance.now() - start) / 1000;
    whole += seconds;
    if (outcomes.length !== 2) throw new Error(`expected the scores of two heads, got ${String(outcomes.length)}`);
    printFigure(
      'probing',
      `few-shot, 600 episodes of ${String(shots)} shots, both heads`,
      `${seconds.toFixed(2)} s`,
      'under 5 s',
    );
  }
  printFigure('probing', 'few-shot, all four', `${whole.toFixed(2)} s`);
}

/** Features as those of a network: not below 0, of falling variance, in classes that overlap. */
async function drawFeatures(): Promise<{ readonly features: Float32Array; readonly labels: Int32Array }> {
  const random = createRandom(1);
  const rows = train + val + test;
  const factors = 256;
  const scales = Float64Array.from({ length: factors }, (_, factor) => (1 + factor) ** -0.5);
  const centres = Float64Array.from({ length: classes * factors }, () => random.normal());
  const labels = Int32Array.from({ length: rows }, () => random.below(classes));
  const hidden = Float32Array.from(
    { length: rows * factors },
    (_, index) =>
      (scales[index % factors] as number) *
      ((centres[(labels[Math.floor(index / factors)] as number) * factors + (index % factors)] as number) +
        3.5 * random.normal()),
  );
  const mixing = Float32Array.from({ length: factors * columns }, () => 0.15 * random.normal());
  const products = openProducts();
  const features = await products.multiply(
    { values: hidden, rows, columns: factors },
    { values: mixing, rows: factors, columns },
  );
  await products.close();
  for (let index = 0; index < features.length; index++)
    features[index] = Math.max(0, (features[index] as number) + 0.1 * random.normal() + 0.1);
  return { features, labels };
}

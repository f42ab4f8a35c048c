// Probes features in a process of its own: probe-features.mjs head|path FOLDER TRAIN VAL TEST COLUMNS CLASSES [C,C,…].
// `head`: the whole of many-shot classification; `path`: prints seconds and losses of fits as the head chooses C by.
import { openSync, readSync } from 'node:fs';
import path from 'node:path';
import { choosePenalty, openLogisticRegression, probeManyShot } from '@intermodel/transfer-probing';

const [kind, folder, ...sizes] = process.argv.slice(2);
const [train, val, test, columns, classes] = sizes.slice(0, 5).map(Number);
const features = openSync(path.join(folder, 'features.f32'), 'r');
const labels = openSync(path.join(folder, 'labels.i32'), 'r');

function read(from, rows) {
  const values = new Float32Array(rows * columns);
  readSync(features, values, { position: from * columns * 4 });
  const of = new Int32Array(rows);
  readSync(labels, of, { position: from * 4 });
  return { features: { values, rows, columns }, of };
}

function part(from, rows) {
  const { features: own, of } = read(from, rows);
  return {
    features: own,
    labels: Array.from(of, (label) => [label]),
    images: Array.from(of, (_, row) => String(from + row)),
  };
}

if (kind === 'head') {
  const { outcomes } = await probeManyShot({
    train: part(0, train),
    val: part(train, val),
    test: part(train + val, test),
    classes: Array.from({ length: classes }, (_, label) => String(label)),
    isMultiLabel: false,
  });
  if (!(outcomes[0].score > 0.5)) throw new Error(`the head is right in ${String(outcomes[0].score)} of all images`);
} else {
  const { features: own, of } = read(0, train);
  const start = performance.now();
  const regression = await openLogisticRegression([{ features: own, targets: { kind: 'classes', classes, of } }]);
  const losses = [];
  await choosePenalty(regression, {
    values: sizes[5].split(',').map(Number),
    precision: 'float32',
    rate: ({ loss }) => {
      losses.push(loss);
      return 0;
    },
  });
  await regression.close();
  console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, losses }));
}

// Runs the bundled command once over a small study, and writes what V8 has compiled by then beside it, for later runs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { drawScenes, writeMobileNetV2, writePlainLayout } from '@intermodel/testing';
import { loadBundle } from './bin/load-bundle.js';

const bundle = path.join(process.argv[2] ?? '', 'intermodel.cjs');
const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-build-'));
try {
  const { exports: command, script } = loadBundle(bundle);
  const layout = writePlainLayout(path.join(folder, 'data'), drawScenes({ count: 8 }));
  const model = path.join(folder, 'model.onnx');
  writeMobileNetV2(model, { inputSize: 64 });
  const study = path.join(folder, 'study.yaml');
  writeFileSync(
    study,
    JSON.stringify({
      data: layout,
      models: [{ name: 'm', file: model, input: { preset: 'imagenet', width: 64, height: 64 } }],
    }),
  );
  for (const argv of [['run', study, '--quiet', '--out', path.join(folder, 'out')]])
    if ((await command.start(argv)) !== 0) throw new Error(`intermodel ${argv.join(' ')} failed`);
  // What is kept counts for the flags that are set now: runs set this one once the bundle is loaded.
  setFlagsFromString('--heap-growing-percent=0');
  writeFileSync(`${bundle}.cache`, script.createCachedData());
  if (loadBundle(bundle).script.cachedDataRejected !== false) throw new Error('what was kept is of no use');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

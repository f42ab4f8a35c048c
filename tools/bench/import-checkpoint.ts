import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importCheckpoint, openCheckpoint } from '@intermodel/checkpoints';
import { openSession } from '@intermodel/onnx';
import { drawImages } from '@intermodel/testing';
import { measureProcess, median, printFigure } from './measure.ts';

const python = '/usr/bin/python3';
const script = path.resolve(import.meta.dirname, 'torch-resnet50.py');
const opener = path.resolve(import.meta.dirname, 'open-imported.mjs');
const roundsMeasured = 25;
const openings = 5;
const imagesAtOnce = 4;
const side = 224;

/**
 * A ResNet-50 from its checkpoint against torch's own export of it: the time that processors take to run it, one
 * after the other in every round, and what it takes to open it, each in processes of its own.
 */
export async function benchImport(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const { status, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8' });
    if (status === 0) {
      await benchRuns(folder);
      benchOpening(folder);
    } else
      console.log(
        `import       nothing was measured: torch's export failed (${stderr.trim().split('\n').at(-1) ?? ''})`,
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchRuns(folder: string): Promise<void> {
  const checkpoint = await openCheckpoint(path.join(folder, 'resnet50.pth'));
  const { graph, layer } = importCheckpoint(checkpoint);
  const imported = path.join(folder, 'imported.onnx');
  writeFileSync(imported, graph.toBytes({ weights: 'inside' }));
  const inputSize = { height: side, width: side };
  const sessions = await Promise.all([
    openSession({ file: path.join(folder, 'resnet50.onnx'), tensors: ['layer4'], threads: 1, inputSize }),
    openSession({ file: imported, tensors: [layer], threads: 1, inputSize }),
  ]);
  const images = drawImages(imagesAtOnce, side, side);
  const rounds: number[][] = [];
  const values: Float32Array[] = [];
  for (let round = 0; round <= roundsMeasured; round++) {
    const times: number[] = [];
    // Each comes first in every second round, as the speed of a machine drifts.
    const turns = [...sessions.entries()];
    for (const [index, session] of round % 2 === 0 ? turns : turns.reverse()) {
      const start = process.cpuUsage();
      const results = await session.run(images, imagesAtOnce);
      const { user, system } = process.cpuUsage(start);
      times[index] = (user + system) / 1000;
      values[index] = results.get(session.tensors[0] ?? '')?.data ?? new Float32Array();
    }
    rounds.push(times);
  }
  const [torch = new Float32Array(), own = new Float32Array()] = values;
  const largest = torch.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = torch.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (own[index] ?? Infinity))),
    0,
  );
  if (!(difference / largest < 1e-4)) throw new Error(`the two differ by ${String(difference / largest)}`);
  const counted = rounds.slice(1);
  const ratio = median(counted.map(([export_ = 0, import_ = 0]) => import_ / export_));
  const milliseconds = median(counted.map(([export_ = 0]) => export_)) / imagesAtOnce;
  printFigure('import', "ResNet-50, torch's export: an image, of processors", `${milliseconds.toFixed(1)} ms`);
  printFigure('import', 'the same from its checkpoint', `${ratio.toFixed(3)} x`, 'at most 1.02 x');
  printFigure('import', 'largest difference, of the largest value', (difference / largest).toExponential(1));
}

function benchOpening(folder: string): void {
  const open = (kind: string, file: string) => {
    const runs = Array.from({ length: openings }, () => {
      const { stderr, status } = spawnSync(process.execPath, [opener, kind, file], { encoding: 'utf8' });
      const busy = Number(/busy=([\d.]+)/u.exec(stderr)?.[1]);
      if (status !== 0 || Number.isNaN(busy))
        throw new Error(`opening ${file} ended with ${String(status)}:\n${stderr}`);
      return { busy, megabytes: measureProcess(opener, [kind, file]).megabytes };
    });
    return { busy: median(runs.map(({ busy }) => busy)), megabytes: median(runs.map(({ megabytes }) => megabytes)) };
  };
  const rival = open('runtime', path.join(folder, 'resnet50.onnx'));
  const own = open('checkpoint', path.join(folder, 'resnet50.pth'));
  const figure = ({ busy, megabytes }: typeof rival) => `${busy.toFixed(2)} s, ${megabytes.toFixed(0)} MB`;
  printFigure('import', "the runtime opens torch's export", figure(rival));
  printFigure('import', 'from the checkpoint to an open model', figure(own));
  const more = { busy: own.busy - rival.busy, megabytes: own.megabytes - rival.megabytes };
  printFigure('import', 'beyond the runtime', figure(more), 'at most 0.50 s, 100 MB');
}

// Opens a model in a process of its own: open-imported.mjs runtime|checkpoint FILE; says how long processors were busy.
import path from 'node:path';

const [kind, file] = process.argv.slice(2);
const { InferenceSession } = await import('onnxruntime-node');
const { openSession } = await import('@intermodel/onnx');
const { importCheckpoint, openCheckpoint } = await import('@intermodel/checkpoints');
const before = process.cpuUsage();
if (kind === 'runtime') await InferenceSession.create(file, { intraOpNumThreads: 1 });
else {
  const { graph, layer } = importCheckpoint(await openCheckpoint(file));
  const bytes = graph.toBytes({ weights: 'referred', folder: path.dirname(file) });
  await openSession({ file, graph: bytes, tensors: [layer], threads: 1 });
}
const { user, system } = process.cpuUsage(before);
process.stderr.write(`busy=${String((user + system) / 1e6)}\n`);
process.exit(0);

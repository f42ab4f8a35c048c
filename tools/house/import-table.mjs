/** Who may import whom, and what to do instead: read by the lint rules and by the test of the Nx graph. */

const stages = [
  'data-loading',
  'activation-streaming',
  'concept-matching',
  'embedding',
  'cross-task-analysis',
  'report',
  'transfer-probing',
  'significance',
  'claims',
];
const cores = ['errors', 'numerics', 'streams', 'onnx'];

/** What tests of several libraries and tools may import. */
const everything = [
  'schemas',
  ...cores,
  'checkpoints',
  'steps',
  'distribution',
  'small-world',
  ...stages,
  'studies',
  'outputs',
  'inputs',
  'pipelines',
  'cli',
  'testing',
];

/** Libraries that each project may import, by project name. `testing` is for specs only. */
export const importTable = {
  schemas: [],
  numerics: [],
  errors: [],
  streams: ['errors', 'schemas'],
  steps: ['errors', 'streams'],
  distribution: ['errors', 'streams', 'steps'],
  onnx: ['errors'],
  checkpoints: ['errors', 'streams', 'onnx'],
  'small-world': ['errors', 'numerics', 'streams', 'steps'],
  testing: ['schemas', 'streams'],
  ...Object.fromEntries(stages.map((stage) => [stage, ['schemas', ...cores]])),
  // Label planes that a segmentation model gave are kept by the hashes of what they were made of.
  'data-loading': ['schemas', ...cores, 'steps'],
  // Of onnx, the limits of a probe, which are options; of checkpoints, where those are published that are missing.
  studies: ['errors', 'numerics', 'streams', 'onnx', 'checkpoints', ...stages],
  outputs: [
    'schemas',
    'numerics',
    'streams',
    'steps',
    'data-loading',
    'concept-matching',
    'embedding',
    'report',
    'studies',
  ],
  inputs: [
    'schemas',
    ...cores,
    'checkpoints',
    'steps',
    'data-loading',
    'activation-streaming',
    'concept-matching',
    'studies',
    'outputs',
  ],
  pipelines: ['schemas', ...cores, 'checkpoints', 'steps', 'small-world', ...stages, 'studies', 'outputs', 'inputs'],
  cli: ['schemas', 'errors', 'streams', 'steps', 'distribution', 'pipelines'],
  'house-tests': everything,
  tools: everything,
};

/** Projects whose specs may use `testing`: all that it does not itself stand on. */
export const testingUsers = [
  'onnx',
  'checkpoints',
  'distribution',
  ...stages,
  'studies',
  'outputs',
  'inputs',
  'pipelines',
  'cli',
];

/** What a contributor should do instead of a forbidden import, by project name. */
export function remedy(project) {
  if (project === 'schemas')
    return 'schemas is the contract: it imports apache-arrow only. Move the code up to streams or a stage.';
  if (project === 'numerics') return 'numerics knows typed arrays only: pass values in, and adapt them in the stage.';
  if (project === 'errors') return 'errors is loaded by every thread: it imports neither Arrow nor streams.';
  if (project === 'streams') return 'streams has no domain: what knows models, images or concepts belongs in a stage.';
  if (project === 'steps')
    return 'steps knows keys, bytes and files: what a step depends on stands in libs/pipelines, and comes in as a description.';
  if (project === 'distribution')
    return 'distribution knows tasks and stores: what a task is made of stands in libs/pipelines, and the app wires the two.';
  if (project === 'studies')
    return 'studies reads and checks what a user asks for: what runs it belongs in libs/pipelines.';
  if (project === 'inputs') return 'inputs opens what a study reads: what is made of it belongs in libs/pipelines.';
  if (project === 'outputs')
    return 'outputs writes and reads output folders: what fills the tables belongs in a stage or in libs/pipelines.';
  if (project === 'checkpoints')
    return 'checkpoints reads weights and builds graphs of them: what a study makes of these belongs in libs/inputs.';
  if (project === 'small-world')
    return 'small-world draws and writes scenes: what a study makes of them belongs in libs/pipelines.';
  if (project === 'onnx') return 'onnx knows graphs and sessions only: take what else it needs as an argument.';
  if (stages.includes(project))
    return "Stages meet only through schemas: take a batch of the other stage's table, and wire the two in libs/pipelines.";
  if (project === 'pipelines') return 'pipelines composes stages; argv, console and processes belong in apps/cli.';
  if (project === 'cli')
    return 'The app only wires: import from @intermodel/pipelines, which re-exports the option types of studies and stages.';
  return 'testing stands below all specs: build on schemas and streams.';
}

/** External packages that only one library may know, with the place to go to instead. */
export const ownedPackages = {
  'onnxruntime-node': { owner: 'onnx', message: 'Only libs/onnx knows onnxruntime-node: use its openSession().' },
  'ml-pca': { owner: 'numerics', message: 'Numerics live in libs/numerics: use fitPrincipalComponents().' },
  'ml-kmeans': { owner: 'numerics', message: 'Numerics live in libs/numerics: use its k-means.' },
  '@observablehq/plot': { owner: 'report', message: 'Figures are drawn in libs/report.' },
  'csv-parse': { owner: 'data-loading', message: 'Tables are read in libs/data-loading.' },
  'csv-parse/sync': { owner: 'data-loading', message: 'Tables are read in libs/data-loading.' },
  bullmq: { owner: 'distribution', message: 'Queues are filled and emptied in libs/distribution.' },
  ioredis: { owner: 'distribution', message: 'Queues are filled and emptied in libs/distribution.' },
  '@aws-sdk/client-s3': { owner: 'distribution', message: 'Object stores are reached in libs/distribution.' },
  yauzl: { owner: 'checkpoints', message: 'Archives of weights are read in libs/checkpoints.' },
  commander: { owner: 'cli', message: 'Command lines are parsed in apps/cli.' },
};

import { activationDefaults } from '@intermodel/activation-streaming';
import { probeDefaults } from '@intermodel/onnx';
import type { OptionRow, OptionStep } from './option-row.ts';

/** Steps that run a model. */
const modelSteps = ['maps', 'histogram', 'top', 'own', 'features'] as const satisfies readonly OptionStep[];

const machine = { commands: ['dissect'], heading: 'Store and machine' } as const;

/** Options of how the machine is used. */
export const runtimeOptions: readonly OptionRow[] = [
  {
    path: 'runtime',
    type: {
      kind: 'group',
      name: 'runtime',
      about:
        'How the machine is used. Models that take the same images are open at the same time, so that these are decoded once: memory grows with each by about the size of its file and what its runs hold, until their files have 1 GiB together; further ones follow in a pass of their own. A smaller batchSize lessens what runs hold.',
    },
    help: 'How the machine is used; but for the execution providers and the sketch, nothing here changes a result.',
  },
  {
    path: 'runtime.batchSize',
    type: { kind: 'whole', unit: 'images', minimum: 1, maximum: 4096 },
    otherwise: 'as many as fit well into memory',
    help: 'Images of one run of a model.',
    flags: [{ flags: '--batch-size <N>', ...machine }],
  },
  {
    path: 'runtime.threads',
    type: { kind: 'whole', unit: 'threads', minimum: 1, maximum: 1024 },
    otherwise: 'one a processor',
    help: 'Threads of a model.',
    flags: [{ flags: '--threads <N>', ...machine }],
  },
  {
    path: 'runtime.executionProviders',
    type: { kind: 'list', of: { kind: 'text' }, fewest: 1, isUnique: true },
    default: activationDefaults.executionProviders,
    help: 'Execution providers of onnxruntime, the preferred first: cpu, cuda, coreml, dml, webgpu, as far as this machine has them.',
    flags: [
      {
        flags: '--execution-provider <NAME>',
        ...machine,
        help: 'Execution provider: cpu, cuda, coreml, dml, webgpu, where the runtime has it; the preferred first.',
      },
    ],
    words: { name: 'execution providers' },
    enters: modelSteps,
  },
  {
    path: 'runtime.keptMapsMegabytes',
    type: { kind: 'number', unit: 'MiB', minimum: 1, maximum: 1_048_576 },
    default: 128,
    help: 'Memory for activation maps that may still matter; the others are read from the store.',
    flags: [{ flags: '--kept-maps-megabytes <N>', ...machine }],
  },
  {
    path: 'runtime.secondPass',
    type: { kind: 'truth' },
    default: false,
    help: 'Whether models are run a second time instead of keeping maps.',
    flags: [{ flags: '--second-pass', ...machine, help: 'Run the models a second time instead of keeping maps.' }],
  },
  {
    path: 'runtime.imagesPerShard',
    type: { kind: 'whole', unit: 'images', minimum: 1, maximum: 65_536 },
    default: 64,
    help: 'Images that are counted together at most, so that what was counted of them can be kept for later runs: so many are run anew where one of them changes.',
  },
  {
    path: 'runtime.labelCache',
    type: { kind: 'text', names: 'folder' },
    otherwise: 'in the output folder',
    help: 'Folder where labels of segmentation models are kept for later runs.',
    flags: [
      {
        flags: '--label-cache <DIR>',
        commands: ['data info', 'data show'],
        heading: 'Store and machine',
        help: 'Folder where labels of segmenters are kept, also for runs whose study names it as runtime.labelCache (default: that of the study, else they are not kept).',
      },
    ],
  },
  {
    path: 'runtime.sketch',
    type: { kind: 'whole', minimum: 64, maximum: 65_535 },
    otherwise: 'they are exact',
    help: 'Size k of a sketch (KLL) that estimates thresholds, in two passes, where exact ones do not fit: of 100 units 99 keep within a rank error of 2.296 / k^0.9723, 0.0007 for 4096.',
    flags: [
      {
        flags: '--sketch <K>',
        ...machine,
        help: 'Estimate thresholds by a sketch of this size, in two passes, with its error bound in the manifest (default: they are exact).',
      },
    ],
    enters: ['thresholds'],
  },
  {
    path: 'runtime.probeSeconds',
    type: { kind: 'number', unit: 'seconds', exclusiveMinimum: 0, maximum: 86_400 },
    default: probeDefaults.probeSeconds,
    help: 'Time that the runtime may take to look at a model before it is dissected; a loop without end is stopped then.',
    flags: [
      {
        flags: '--probe-seconds <N>',
        commands: ['dissect', 'layers'],
        heading: 'Store and machine',
        help: 'Seconds that the runtime may take to look at a model.',
      },
    ],
  },
  {
    path: 'runtime.probeMegabytes',
    type: { kind: 'number', unit: 'MiB', minimum: 64, maximum: 1_048_576 },
    default: probeDefaults.probeMegabytes,
    help: 'Memory that the runtime may take to look at a model, beside three times the size of the weights.',
    flags: [
      {
        flags: '--probe-megabytes <N>',
        commands: ['dissect', 'layers'],
        heading: 'Store and machine',
        help: 'Memory (MiB) that it may take for that, beside three times the size of the weights.',
      },
    ],
  },
];

import { describe, expect, it } from 'vitest';
import { resourceArguments, type SlurmOptions } from './slurm-options.ts';

const task = (memoryBytes?: number, wave = 'counts') => ({
  ...({ key: 'a', wave, model: 'a', state: 'ready', seconds: undefined } as const),
  memoryBytes,
});
const asked = (options: SlurmOptions, { gpuWaves = [] as string[], tasks = [task()] } = {}) =>
  resourceArguments(options, tasks, { gpuWaves });

describe(resourceArguments, () => {
  it('asks for nothing that was neither given nor planned', () => {
    expect(asked({})).toEqual([]);
    expect(asked({}, { tasks: [task(2 ** 30), task()] })).toEqual([]);
  });

  it('asks for the memory of the hungriest task where the plan knows it of all, unless another was given', () => {
    const tasks = [task(2 ** 30), task(2 ** 31 + 1)];
    expect(asked({}, { tasks })).toEqual(['--mem=2049M']);
    expect(asked({ memory: '8G' }, { tasks })).toEqual(['--mem=8G']);
  });

  it('asks for a GPU where models run on one, or for what was given', () => {
    const gpuWaves = ['counts'];
    expect(asked({}, { gpuWaves })).toEqual(['--gres=gpu:1']);
    expect(asked({ gres: 'gpu:a100:2' }, { gpuWaves })).toEqual(['--gres=gpu:a100:2']);
    expect(asked({ gres: 'gpu:a100:2' }, { gpuWaves, tasks: [task(undefined, 'overlaps')] })).toEqual([]);
    expect(asked({ gres: 'disk:1' }, { tasks: [task(undefined, 'overlaps')] })).toEqual(['--gres=disk:1']);
  });

  it('passes other options on, each as words that no shell sees', () => {
    expect(asked({ partition: 'p', account: 'lab', time: '1:00:00', cpus: 4 })).toEqual([
      ...['--partition=p', '--account=lab', '--time=1:00:00', '--cpus-per-task=4'],
    ]);
    expect(
      asked({ sbatch: ['--comment=a $(b)', '-C fast', '--exclusive', '--wait-all-nodes=1', '--nodelist n[1-3]'] }),
    ).toEqual([...['--comment=a $(b)', '-C', 'fast', '--exclusive', '--wait-all-nodes=1', '--nodelist', 'n[1-3]']]);
  });

  it.each([
    'nodes=1',
    '',
    '--array=1-3',
    '-a 1',
    '--wrap=id',
    '--dependency afterok:1',
    '--output=x',
    '--wait',
    '-J x',
    '-- x',
  ])('refuses %j', (option) => {
    expect(() => asked({ sbatch: [option] })).toThrow(expect.objectContaining({ code: 'SLURM_OPTION' }));
  });
});

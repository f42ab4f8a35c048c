import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addOptions } from './command-options.ts';
import { statedCommand } from './stated-command.ts';

it('states the command with what changes tables or page, on every machine the same', () => {
  const stated = (name: string, ...argv: readonly string[]) => {
    const command = new Command(name).argument('[FILES...]');
    addOptions(command, name);
    return statedCommand(command.parse([...argv], { from: 'user' }));
  };
  expect(stated('embed', '../units/a.csv', './b.csv', '--out', '../x', '--seed', '3')).toBe(
    'intermodel embed a.csv b.csv --seed 3 --out DIR',
  );
  expect(stated('dissect', '--model', '/m/a.onnx:maps', '--format', 'md', '--wait', '--json', '--out', 'x')).toBe(
    'intermodel dissect --model a.onnx:maps --out DIR',
  );
  expect(stated('run', 's/study.yaml', '--set', 'data.images=/photos/new', '--gallery-units', '3')).toBe(
    'intermodel run study.yaml --set data.images=new --gallery-units 3 --out DIR',
  );
  expect(stated('world', '--run', '--images', '300', '--nuisance', 'car=red', '--out', 'x', '--quiet')).toBe(
    'intermodel world --run --images 300 --nuisance car=red --out DIR',
  );
});

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { repeated, wholeNumber } from './numbers.ts';
import { statedCommand } from './stated-command.ts';

const stated = (...argv: readonly string[]) => {
  let text = '';
  new Command('study')
    .argument('[FILES...]')
    .option('--out <DIR>')
    .option('--model <FILE>', '', repeated)
    .option('--input <INPUT>', '', 'imagenet')
    .option('--title <TEXT>')
    .option('--skip-bad')
    .option('--seed <N>', '', wholeNumber(0), 0)
    .option('--threads <N>', '', wholeNumber(1))
    .action((_files: unknown, _options: unknown, command: Command) => {
      text = statedCommand(command);
    })
    .parse([...argv], { from: 'user' });
  return text;
};

describe(statedCommand, () => {
  it('states what was given, files by their names', () => {
    expect(stated('../units/a.csv', './b.csv', '--out', '../x', '--skip-bad', '--seed', '3')).toBe(
      'intermodel study a.csv b.csv --skip-bad --seed 3 --out DIR',
    );
    expect(stated('--model', '/m/a.onnx:/layer4/Relu_output_0', '--model', 'b.onnx:maps')).toBe(
      'intermodel study --model a.onnx:/layer4/Relu_output_0 --model b.onnx:maps --out DIR',
    );
  });

  it('leaves out defaults and what changes no result', () => {
    expect(stated('--threads', '2', '--out', 'x')).toBe('intermodel study --out DIR');
  });

  it('quotes what a shell would take apart', () => {
    expect(stated('--input', '{width: 8, preset: a/b}', '--title', "It's")).toBe(
      String.raw`intermodel study --input '{width: 8, preset: a/b}' --title 'It'\''s' --out DIR`,
    );
  });
});

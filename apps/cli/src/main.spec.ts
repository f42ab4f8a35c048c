import { studyOptions, type OptionRow } from '@intermodel/pipelines';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addOptions } from './command-options.ts';
import { commandLine } from './main.ts';

describe(commandLine, () => {
  it('has its commands, each with a description, examples, --json and --quiet', () => {
    for (const command of commandLine().commands) {
      expect(command.description()).not.toBe('');
      const leaves = command.commands.length > 0 ? command.commands : [command];
      for (const leaf of leaves)
        expect(leaf.options.map(({ long }) => long)).toEqual(expect.arrayContaining(['--json', '--quiet']));
    }
    expect(commandLine().commands.map((command) => command.name())).toEqual(
      expect.arrayContaining(['reproduce', 'layers', 'dissect', 'run', 'embed', 'place', 'relate']),
    );
  });
});

describe(addOptions, () => {
  it('takes an option of the table with one row', () => {
    const row: OptionRow = {
      path: 'runtime.haste',
      type: { kind: 'whole', unit: 'images', minimum: 2, maximum: 9 },
      default: 4,
      help: 'Images that are hurried.',
      flags: [{ flags: '--haste <N>', commands: ['dissect'], heading: 'Store and machine' }],
    };
    const command = new Command('dissect').exitOverride().configureOutput({ writeErr: () => undefined });
    addOptions(command, 'dissect', [], [...studyOptions, row]);
    expect(command.helpInformation()).toMatch(
      /Store and machine:[\s\S]*--haste <N> +Images that are hurried \(default: 4\)/u,
    );
    expect(command.parse(['--haste', '5'], { from: 'user' }).opts()).toEqual({ haste: '5' });
    expect(() => command.parse(['--haste', '1'], { from: 'user' })).toThrow(/at least 2, at most 9/u);
  });
});

import { describe, expect, it } from 'vitest';
import { commandLine } from './main.ts';
import { textTable } from './output.ts';

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

describe(textTable, () => {
  it('pads text on the right and numbers on the left', () => {
    expect(
      textTable(
        ['a', 'n'],
        [
          ['x', 1],
          ['long', 22],
        ],
      ),
    ).toBe('a      n\nx      1\nlong  22');
  });
});

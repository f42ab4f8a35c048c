import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { placeMutants } from '../../tools/mutants/mutant.ts';
import { allMutants } from '../../tools/mutants/mutants.ts';
import { temporaryFolder } from './command-line.ts';

const at = temporaryFolder();

describe('hand-made mutants', () => {
  it('stand in the sources, each exactly once', () => {
    const mutants = allMutants();
    expect(mutants.length).toBeGreaterThanOrEqual(40);
    const names = mutants.map(({ library, name }) => `${library}/${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(new Set(mutants.map(({ library }) => library))).toEqual(
      new Set([
        'checkpoints',
        'concept-matching',
        'cross-task-analysis',
        'distribution',
        'embedding',
        'numerics',
        'report',
        'steps',
        'transfer-probing',
      ]),
    );
  });

  it('are looked for in sources alone, wherever these stand, and refused where they are not found once', () => {
    mkdirSync(at('libs', 'one', 'src', 'room'), { recursive: true });
    writeFileSync(at('libs', 'one', 'src', 'room', 'a.ts'), 'const x = 1;\nconst y = 2;\n');
    writeFileSync(at('libs', 'one', 'src', 'b.ts'), 'const y = 2;\n');
    writeFileSync(at('libs', 'one', 'src', 'a.spec.ts'), 'const x = 1;\n');
    const place = (find: string, file?: string) =>
      placeMutants(at(), 'one', [{ name: 'm', find, replace: '', ...(file === undefined ? {} : { file }) }])[0]?.place;
    expect(place('x = 1')).toBe('src/room/a.ts');
    expect(place('y = 2', 'b.ts')).toBe('src/b.ts');
    expect(() => place('y = 2')).toThrow('mutant one/m: its text stands 2 times in the sources, expected once: y = 2');
    expect(() => place('z = 3')).toThrow('stands 0 times');
  });
});

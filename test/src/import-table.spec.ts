import { createProjectGraphAsync, type ProjectGraph } from '@nx/devkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { importTable, testingUsers } from '../../tools/house/import-table.mjs';

let graph: ProjectGraph;
beforeAll(async () => {
  process.env['NX_DAEMON'] = 'false';
  graph = await createProjectGraphAsync();
});

describe('the import table', () => {
  const projects = Object.keys(importTable).filter((project) => !['house-tests', 'tools'].includes(project));

  it('names every library and app, and no other', () => {
    const found = Object.values(graph.nodes)
      .map(({ name }) => name)
      .filter((name) => !['house-tests', 'tools', '@intermodel/source'].includes(name));
    expect(found.sort()).toEqual([...projects].sort());
  });

  it.each(projects)('%s imports only what it may', (project) => {
    const imported = (graph.dependencies[project] ?? [])
      .map(({ target }) => target)
      .filter((target) => !target.startsWith('npm:'));
    const allowed = [...(importTable[project] ?? []), ...(testingUsers.includes(project) ? ['testing'] : [])];
    expect(imported.filter((target) => !allowed.includes(target))).toEqual([]);
  });

  it('has no circle', () => {
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      (importTable[from] ?? []).some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
    expect(projects.filter((project) => reaches(project, project))).toEqual([]);
  });
});

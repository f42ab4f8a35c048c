import { familiesOf, type StepFamily } from './step-family.ts';
import type { StepGraph } from './step-graph.ts';

/** How many steps of a family are stored, outdated, or not there. */
export interface FamilyCounts {
  /** Steps that are stored. */
  readonly done: number;
  /** Steps of which something older is stored. */
  readonly stale: number;
  /** Steps of which nothing is stored. */
  readonly missing: number;
}

/** Models up to which each has nodes of its own. */
const modelsDrawn = 8;

const styles = [
  'classDef done fill:#dbeee0,stroke:#2d7046,color:#122b1b',
  'classDef stale fill:#fbecc8,stroke:#8a6100,color:#332400',
  'classDef missing fill:#ffffff,stroke:#767676,color:#1c1c1c,stroke-dasharray:4 3',
];

/**
 * Draws a graph as Mermaid text: a node for each kind of steps of each model, or of all where there are many, with what
 * is done, stale and missing. What a step only reads besides, as its key does not tell, has a dotted arrow.
 */
export function drawGraph<Bench>(
  graph: StepGraph<Bench>,
  countsOf: (family: StepFamily<Bench>) => FamilyCounts,
): string {
  const families = graph.kept;
  const models = new Set(families.map(({ model }) => model));
  const isApart = models.size <= modelsDrawn + 1;
  const nodeOf = ({ kind, model }: StepFamily<Bench>) => JSON.stringify([kind, isApart ? model : '']);
  const nodes = new Map<string, { readonly id: string; readonly families: StepFamily<Bench>[] }>();
  for (const family of families) {
    const name = nodeOf(family);
    const node = nodes.get(name) ?? { id: `n${String(nodes.size + 1)}`, families: [] };
    node.families.push(family);
    nodes.set(name, node);
  }
  const idOf = (family: StepFamily<Bench>) => nodes.get(nodeOf(family))?.id ?? '';
  // Inputs may stand in the order of their keys: drawings of two studies are compared line by line.
  const ids = [...nodes.values()].map(({ id }) => id);
  const inOrder = (inputs: readonly StepFamily<Bench>[]) => {
    const from = new Set(inputs.map(idOf));
    return ids.filter((id) => from.has(id));
  };
  const arrows = new Set<string>();
  for (const family of families) {
    const upstream = [...graph.upstream(family).values()].flat();
    const beside = Object.values(family.beside).flatMap((input) => familiesOf(input).filter(({ isKept }) => isKept));
    const to = idOf(family);
    for (const from of inOrder(upstream)) if (from !== to) arrows.add(`${from} --> ${to}`);
    for (const from of inOrder(beside))
      if (from !== to && !arrows.has(`${from} --> ${to}`)) arrows.add(`${from} -.-> ${to}`);
  }
  const boxes = [...nodes.values()].map(({ id, families: own }) => {
    const counts = own.map(countsOf);
    const sum = (name: keyof FamilyCounts) => counts.reduce((total, each) => total + each[name], 0);
    const state = sum('missing') > 0 ? 'missing' : sum('stale') > 0 ? 'stale' : 'done';
    const told = (['done', 'stale', 'missing'] as const)
      .filter((name) => sum(name) > 0)
      .map((name) => `${String(sum(name))} ${name}`);
    const { kind, model } = own[0] as StepFamily<Bench>;
    const title = isApart && model !== '' ? `${kind} of ${model}` : kind;
    return `${id}["${[quoted(title), ...told].join('<br/>')}"]:::${state}`;
  });
  return ['flowchart LR', ...[...boxes, ...arrows, ...styles].map((line) => `  ${line}`)].join('\n');
}

/** Text within a label: Mermaid takes characters by their codes. */
function quoted(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ._/()-]/gu, (character) => `#${String(character.codePointAt(0))};`);
}

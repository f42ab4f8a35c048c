import { ellipseScale } from '@intermodel/numerics';
import { decimals, percent } from '../page/number-text.ts';
import { intervalFields, tableView, type TableColumn, type TableView } from '../page/table-view.ts';
import type { EmbeddedModel, Embedding } from '../tables/study.ts';
import type { PairStanding, Uncertainty } from '../tables/uncertainty.ts';
import { intervalText, replicateWords } from '../words/uncertainty-words.ts';

/** How far the 95 % ellipses of the models reach along each component, and how far their middle is off. */
export function reachTable({ points, components }: Embedding, { clouds }: Uncertainty): TableView {
  const reach = (model: string, component: number): number =>
    Math.sqrt((clouds.get(model)?.covariance[component * (components + 1)] ?? Number.NaN) * ellipseScale());
  const offset = (model: string, component: number): number => clouds.get(model)?.offset[component] ?? Number.NaN;
  return tableView<EmbeddedModel>({
    id: 'clouds-table',
    caption: 'How far the 95 % ellipses reach along the components, and the mean of the replicates less the place',
    rows: points,
    columns: [
      { title: 'Model', value: ({ model }) => model },
      ...Array.from({ length: components }, (_, component): TableColumn<EmbeddedModel> => ({
        title: `Component ${String(component + 1)}`,
        numeric: true,
        value: ({ model }) => reach(model, component),
        text: ({ model }) => `±${decimals(reach(model, component), 2)} (${decimals(offset(model, component), 2)})`,
        csv: [
          { name: `Component ${String(component + 1)}`, value: ({ model }) => reach(model, component) },
          { name: `Component ${String(component + 1)}, offset`, value: ({ model }) => offset(model, component) },
        ],
      })),
    ],
  });
}

interface PairRow extends PairStanding {
  readonly model: string;
  readonly other: string;
}

/** The model that is nearest to each most often, and how sure that is. */
export function nearestTable(uncertainty: Uncertainty): TableView {
  const rows = [...uncertainty.pairs].flatMap(([model, others]) => {
    const [first] = [...others].sort(([, a], [, b]) => a.distance - b.distance || b.nearestShare - a.nearestShare);
    return first === undefined ? [] : [{ model, other: first[0], ...first[1] }];
  });
  return pairView(
    'nearest-table',
    `Nearest model of each, and how often it stays (${replicateWords(uncertainty)})`,
    rows,
  );
}

/** How all pairs of models stand to each other. */
export function standingTable(uncertainty: Uncertainty): TableView {
  const rows = [...uncertainty.pairs].flatMap(([model, others]) =>
    [...others].map(([other, standing]) => ({ model, other, ...standing })),
  );
  return pairView('pairs-table', `All pairs of models (${replicateWords(uncertainty)})`, rows, true);
}

function pairView(id: string, caption: string, rows: readonly PairRow[], interactive = false): TableView {
  return tableView<PairRow>({
    ...{ id, caption, rows, interactive },
    columns: [
      { title: 'Model', value: ({ model }) => model },
      { title: 'Other', value: ({ other }) => other },
      {
        title: 'Distance',
        numeric: true,
        value: ({ distance }) => distance,
        text: ({ distance }) => decimals(distance, 2),
      },
      {
        title: 'Without noise',
        hint: '95 % interval of what is left of the distance without the noise of the sample',
        numeric: true,
        value: ({ interval: [low] }) => low,
        text: ({ interval }) => intervalText(interval, 2),
        csv: intervalFields('Without noise', ({ interval }) => interval),
      },
      {
        title: 'Nearest',
        hint: 'Share of the replicates in which the other is the nearest of the model',
        numeric: true,
        value: ({ nearestShare }) => nearestShare,
        text: ({ nearestShare }) => percent(nearestShare, 0),
      },
      {
        title: 'In one category',
        hint: 'Share of the replicates in which both stand in one category of models',
        numeric: true,
        value: ({ togetherShare }) => togetherShare,
        text: ({ togetherShare }) => percent(togetherShare, 0),
      },
    ],
  });
}

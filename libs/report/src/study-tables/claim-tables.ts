import { percent, probability, significant } from '../page/number-text.ts';
import type { PageClaims, PageCurve } from '../page/page-data.ts';
import { intervalFields, tableView, type TableColumn, type TableView } from '../page/table-view.ts';
import type { Claim, ClaimCurve, Claims, Universes } from '../tables/claims.ts';
import { layOutCurve } from '../views/claim-curve.ts';
import { effectWords, movedWords, shareWords } from '../words/claim-words.ts';

/** All claims with their verdicts. */
export function claimTable({ claims }: Claims): TableView {
  return tableView<Claim>({
    id: 'claims-table',
    caption: 'Claims and their verdicts',
    rows: claims,
    columns: [
      { title: 'Claim', value: ({ statement }) => statement },
      { title: 'Source', value: ({ source }) => source },
      { title: 'Verdict', value: ({ verdict }) => verdict },
      {
        title: 'Effect',
        value: ({ effect }) => effect,
        text: effectWords,
        csv: [
          { name: 'Effect', value: ({ effect }) => effect },
          ...intervalFields('95 % interval', ({ interval }: Claim) => interval),
        ],
      },
      { title: 'Measure', value: ({ measure }) => measure },
      { title: 'q', numeric: true, value: ({ q }) => q, text: ({ q }) => probability(q) },
      {
        title: 'Replicates',
        numeric: true,
        value: ({ replicateShare }) => replicateShare,
        text: ({ replicateShare, replicates }) => shareWords(replicateShare, replicates),
      },
      {
        title: 'Universes',
        numeric: true,
        value: ({ universeShare }) => universeShare,
        text: ({ universeShare, universes }) => shareWords(universeShare, universes),
      },
      { title: 'Moved most by', value: ({ movedBy }) => movedBy, text: movedWords },
      { title: 'Why', value: ({ sentence }) => sentence },
    ],
  });
}

/** A level of a choice with what becomes of a claim under it. */
interface LevelRow {
  readonly choice: string;
  readonly share: number;
  readonly level: string;
  readonly universes: number;
  readonly so: number;
  readonly median: number;
}

/** What becomes of a claim under each level of each choice. */
export function levelTable(statement: string, claims: PageClaims, curve: PageCurve): TableView {
  const { points, choices } = layOutCurve(claims, curve);
  const rows = choices.flatMap(({ title, share, levels }) =>
    levels.map(({ text, places }): LevelRow => {
      const own = places.flatMap((place) => points[place] ?? []);
      return {
        ...{ choice: title, share: share ?? Number.NaN, level: text, universes: own.length },
        so: own.filter(({ isSo }) => isSo).length / own.length,
        median: middleOf(own.map(({ effect }) => effect)),
      };
    }),
  );
  return tableView<LevelRow>({
    id: `${curve.figure}-table`,
    caption: `Universes by what was chosen in them: ${statement}`,
    rows,
    columns: [
      { title: 'Choice', value: ({ choice }) => choice },
      {
        title: 'Explains',
        hint: 'Share of the variance of the effect that lies between the levels of this choice',
        numeric: true,
        value: ({ share }) => share,
        text: ({ share }) => percent(share, 0),
      },
      { title: 'Level', value: ({ level }) => level },
      { title: 'Universes', numeric: true, value: ({ universes }) => universes },
      { title: 'So in', numeric: true, value: ({ so }) => so, text: ({ so }) => percent(so, 0) },
      {
        title: 'Median effect',
        numeric: true,
        value: ({ median }) => median,
        text: ({ median }) => significant(median),
      },
    ],
  });
}

/** A universe in which a claim was asked, by its index. */
type UniverseRow = number;

/** Every universe in which a claim was asked with what was chosen in it, in full precision. */
export function universeTable(figure: string, { numbers, study, choices }: Universes, curve: ClaimCurve): TableView {
  return tableView<UniverseRow>({
    id: `${figure}-universes`,
    caption: 'Effect in each universe',
    rows: [...numbers.keys()].filter((universe) => curve.isSo[universe] !== undefined),
    columns: [
      { title: 'universe', numeric: true, value: (universe) => numbers[universe] as number },
      { title: 'is_study', value: (universe) => universe === study },
      { title: 'effect', numeric: true, value: (universe) => curve.effects[universe] as number },
      { title: 'is_so', value: (universe) => curve.isSo[universe] === true },
      ...choices.map(({ choice, values }): TableColumn<UniverseRow> => ({
        title: choice,
        value: (universe) => values[universe] as string | number | boolean,
      })),
    ],
  });
}

/** Middle of values in ascending order. */
function middleOf(values: readonly number[]): number {
  const half = values.length / 2;
  return ((values[Math.ceil(half) - 1] as number) + (values[Math.floor(half)] as number)) / 2;
}

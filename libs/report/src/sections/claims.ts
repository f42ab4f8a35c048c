import { curveSigns, drawSpecificationCurve } from '../figures/specification-curve.ts';
import { pixel } from '../figures/ticks.ts';
import type { Legend } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, probability, probabilityStatement, significant, whole } from '../page/number-text.ts';
import { claimFigures } from '../page/page-claims.ts';
import type { PageContext, PageSection } from '../page/page-context.ts';
import type { PageClaims, PageCurve } from '../page/page-data.ts';
import { colour } from '../page/palette.ts';
import { verdictMark } from '../page/verdict-mark.ts';
import { levelTable, universeTable } from '../study-tables/claim-tables.ts';
import type { Claim, ClaimCurve, Claims, Universes } from '../tables/claims.ts';
import { layOutCurve } from '../views/claim-curve.ts';
import { capital } from '../words/capital.ts';
import {
  claimRule,
  claimsTitle,
  claimTerms,
  effectWords,
  movedWords,
  shareWords,
  verdictOf,
  verdicts,
} from '../words/claim-words.ts';
import { emphasisParts } from '../words/emphasis-parts.ts';

/** The section on claims, or undefined where nothing is claimed. */
export function claimsSection(page: PageContext): PageSection | undefined {
  const { claims } = page.study;
  if (claims === undefined) return undefined;
  const rule = emphasisParts(claimRule).map(({ text, isStressed }) =>
    isStressed ? markup`<strong>${text}</strong>` : text,
  );
  const figures = claimFigures(claims);
  const cards = claims.claims.map((claim, index) => claimCard(page, claims, claim, figures[index] as string));
  const body = markup`<p>${joined(rule)}</p><p class="quiet">${claimTerms}</p>${verdictNumbers(claims)}${joined(cards)}`;
  return { id: 'claims', title: claimsTitle, body };
}

function verdictNumbers({ claims }: Claims): Markup {
  const numbers = verdicts.map(
    (verdict) => [verdict, claims.filter((claim) => verdictOf(claim) === verdict).length] as const,
  );
  return markup`<dl class="key-numbers"><div><dt>${claims.length === 1 ? 'claim' : 'claims'}</dt><dd>${whole(claims.length)}</dd></div>${numbers.map(([verdict, count]) => markup`<div><dt>${verdictMark(verdict)} ${count !== 1 && verdict !== 'undecided' ? verdict.replace(/s$/u, '') : verdict}</dt><dd>${whole(count)}</dd></div>`)}</dl>`;
}

function claimCard(page: PageContext, { universes }: Claims, claim: Claim, figure: string): Markup {
  const verdict = verdictOf(claim);
  const { data } = page;
  const curve = data.claims?.curves.find((each) => each.figure === figure);
  const own = universes?.curves.get(claim.claim);
  const heading = `${figure}-statement`;
  return markup`<article class="card claim" aria-labelledby="${heading}"><h3 id="${heading}"><span class="tag ${verdict}">${verdictMark(verdict)} ${verdict}</span> ${claim.statement}</h3>${claim.source !== '' && markup`<p class="quiet source">${claim.source}</p>`}<p>${claim.sentence}</p>${claimNumbers(claim)}${data.claims !== null && curve !== undefined && universes !== undefined && own !== undefined && markup`<details class="data curve"><summary>Specification curve: ${counted(claim.universes, 'universe')}</summary>${curveFigure(page, claim, data.claims, curve, universes, own)}</details>`}</article>`;
}

function claimNumbers(claim: Claim): Markup {
  const { measure, q, p, replicates, replicateShare, universes, universeShare, universeEffect } = claim;
  const numbers: readonly (readonly [string, string, number?])[] = [
    [capital(measure), effectWords(claim)],
    ['q', `${probability(q)}${Number.isFinite(p) ? ` (${probabilityStatement('p', p)})` : ''}`],
    ['So in replicates', shareWords(replicateShare, replicates), replicateShare],
    ...(universes > 0
      ? [
          ['So in universes', shareWords(universeShare, universes), universeShare] as const,
          ['Median over universes', significant(universeEffect)] as const,
          ['Moved most by', movedWords(claim)] as const,
        ]
      : []),
  ];
  return markup`<dl class="numbers claim-numbers">${numbers.map(([name, text, share]) => markup`<div><dt>${name}</dt><dd>${text}${share !== undefined && Number.isFinite(share) && shareBar(share)}</dd></div>`)}</dl>`;
}

function shareBar(share: number): Markup {
  return markup`<svg class="minibar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="8" fill="${colour('line')}"/><rect width="${pixel(share * 100)}" height="8" fill="${colour('accent')}"/></svg>`;
}

const curveLegend: Legend = {
  label: 'Universes',
  items: [
    { text: 'it is so', sign: curveSigns.so },
    { text: 'it is not so', sign: curveSigns.notSo },
    { text: 'the study as it was made', sign: curveSigns.study },
  ],
};

const intervalItem = { text: '95 % interval of the study', sign: curveSigns.interval };

function curveFigure(
  page: PageContext,
  claim: Claim,
  claims: PageClaims,
  curve: PageCurve,
  universes: Universes,
  own: ClaimCurve,
): Markup {
  const layout = layOutCurve(claims, curve);
  const isUnknown = curve.isSo.length - curve.effects.filter((effect) => effect !== null).length;
  const title = `Effect in every universe: ${claim.statement}`;
  return page.figure({
    id: curve.figure,
    title,
    caption: `Universes stand from the smallest to the largest effect. Marks below tell which level of each choice a universe has; that of the study is bold. Percentages tell how much of the variance of the effect a choice explains alone.${isUnknown > 0 ? ` ${counted(isUnknown, 'universe')} in which the effect is undefined or the claim cannot be asked ${isUnknown === 1 ? 'is' : 'are'} not drawn.` : ''}`,
    legend: curve.interval === null ? curveLegend : { ...curveLegend, items: [...curveLegend.items, intervalItem] },
    draw: () => drawSpecificationCurve(layout),
    instead: markup`<div class="drawing scroll" role="region" aria-label="${title}" tabindex="0"><p class="quiet">The page’s script draws this curve; the table below tells what becomes of the claim under each choice.</p></div>`,
    table: {
      ...universeTable(curve.figure, universes, own),
      html: () => levelTable(claim.statement, claims, curve).html(),
    },
    tableTitle: 'What becomes of it under each choice',
  });
}

import type { StudyStatus } from './study-status.ts';

/** Says why steps of a study are to be run: each reason with the steps and models that it is for, then what follows. */
export function explainStatus({ groups }: Pick<StudyStatus, 'groups'>): string[] {
  const open = groups.filter(({ toRun }) => toRun > 0);
  const reasons = [...new Set(open.flatMap(({ why }) => why))].map(
    (reason) => `${namesOf(open.filter(({ why }) => why.includes(reason)))}: ${reason}`,
  );
  const following = new Set(
    open.filter(({ why, follows }) => why.length === 0 && follows.length > 0).map(({ step }) => step),
  );
  return following.size === 0 ? reasons : [...reasons, `${[...following].join(', ')}: follow from other steps`];
}

/** Kinds of steps with their models, such as `maps, top of a, b`. */
function namesOf(groups: StudyStatus['groups']): string {
  const steps = new Set(groups.map(({ step }) => step));
  const models = new Set(groups.map(({ model }) => model).filter((model) => model !== ''));
  return `${[...steps].join(', ')}${models.size === 0 ? '' : ` of ${[...models].join(', ')}`}`;
}

import type { StudyWarning } from '@intermodel/outputs';

/** Most models that a note names; of more it tells how many. */
const mostNamed = 3;

/**
 * Puts together notes that say the same of several models on one task.
 *
 * @param notes notes whose subjects are `MODEL on TASK`
 * @param models names of all models
 */
export function foldNotes(notes: readonly StudyWarning[], models: readonly string[]): StudyWarning[] {
  const folded = new Map<string, { readonly task: string; readonly text: string; readonly models: string[] }>();
  for (const { subject, text } of notes) {
    const model = longest(models.filter((name) => subject.startsWith(`${name} on `)));
    const task = model === '' ? subject : subject.slice(model.length + 4);
    const key = JSON.stringify([task, text]);
    const note = folded.get(key) ?? { task, text, models: [] };
    folded.set(key, note);
    if (model !== '') note.models.push(model);
  }
  return [...folded.values()].map(({ task, text, models: some }) => ({
    subject: some.length === 0 ? task : `${named(some, models.length)} on ${task}`,
    text,
  }));
}

function longest(names: readonly string[]): string {
  return names.reduce((most, name) => (name.length > most.length ? name : most), '');
}

function named(some: readonly string[], all: number): string {
  if (some.length === all && all > 1) return 'all models';
  if (some.length <= mostNamed) return some.join(', ');
  return `${String(some.length)} of ${String(all)} models`;
}

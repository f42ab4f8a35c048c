import { InputError } from '@intermodel/streams';

/** Reads `K/N`. @throws InputError `OPTION_VALUE` */
export function readPart(text: string): { readonly part: number; readonly parts: number } {
  const [, part = 0, parts = 0] = (/^(\d{1,6})\/(\d{1,6})$/u.exec(text) ?? []).map(Number);
  if (part >= 1 && part <= parts) return { part, parts };
  throw new InputError('OPTION_VALUE', `--part ${text}: expected K/N, the part and the number of parts`, {
    expected: 'whole numbers with 1 <= K <= N, such as 3/8',
    hint: 'Give the parts 1/N to N/N to N workers.',
  });
}

import { nullKinds, type NullKind } from '@intermodel/schemas';

/** Against which labels matches are tested: those that were taken from their images in one way, or in both. */
export type NullChoice = NullKind | 'both';

/** The ways of a choice, exchange first. */
export function nullKindsOf(choice: NullChoice): readonly NullKind[] {
  return choice === 'both' ? nullKinds : [choice];
}

/** Names of choices with what each means; one missing or one too many for the type does not compile. */
export function choicesOf<Name extends string>(names: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(names) as Name[];
}

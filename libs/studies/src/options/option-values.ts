type Group = Readonly<Record<string, unknown>>;

/** Value of an option in what is shaped as a study is; undefined where it, or a group around it, is not there. */
export function valueAt(content: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? (value as Group)[key] : undefined),
      content,
    );
}

/**
 * A copy with the value of an option set; undefined leaves it as it is, so that an option that was not given stands
 * nowhere.
 */
export function setAt<Content extends object>(content: Content, path: string, value: unknown): Content {
  if (value === undefined) return content;
  const [key = '', ...deeper] = path.split('.');
  const within = (content as Group)[key];
  const changed =
    deeper.length === 0
      ? value
      : setAt(typeof within === 'object' && within !== null ? within : {}, deeper.join('.'), value);
  return { ...content, [key]: changed };
}

/** How often each value is there; null for none at all. */
export function countsOf(values: readonly (string | number)[]): Record<string, number> | null {
  if (values.length === 0) return null;
  const groups = Map.groupBy(values, String);
  return Object.fromEntries([...groups].map(([value, same]) => [value, same.length]));
}

/** Makes what is asked for when it first is, and keeps it. */
export function lazily<T>(make: () => T) {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** What of an OpenAPI document differs between contexts. */
export type Part = {
  tags: readonly { name: string }[];
  paths: Record<string, object>;
  components: Record<string, Record<string, object>>;
};

/** One OpenAPI document of those of the contexts, each of which is whole by itself. */
export function joined(parts: readonly Part[]) {
  const tags = new Map(parts.flatMap((part) => part.tags).map((tag) => [tag.name, tag]));
  const kinds = new Set(parts.flatMap(({ components }) => Object.keys(components)));
  const components = [...kinds].map((kind) => [
    kind,
    sorted(parts.map((part) => part.components[kind] ?? {})),
  ]);
  return {
    ...parts[0],
    tags: [...tags.values()],
    paths: Object.assign({}, ...parts.map(({ paths }) => paths)) as Part["paths"],
    components: Object.fromEntries(components) as Part["components"],
  };
}

function sorted(kinds: readonly Record<string, object>[]) {
  const all = kinds.flatMap((kind) => Object.entries(kind));
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

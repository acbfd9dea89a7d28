/** What a route reads, from where: the body, the query, the path. */
type Read = { target: string; schema: object };

/** Fields that no schema of a route names, as they come in headers. */
const HEADERS: ReadonlyMap<string, string> = new Map([["idempotencyKey", "idempotency-key"]]);

/** Where a request carried a field of the domain: `json.locations`, `query.limit`, `header.idempotency-key`. */
export function placeOf(reads: readonly Read[], field: string) {
  const header = HEADERS.get(field);
  if (header !== undefined) return `header.${header}`;
  const [name = ""] = field.split(".");
  const read = reads.find(({ schema }) => names(schema, name));
  return `${read?.target ?? "json"}.${field}`;
}

function names(schema: object, field: string) {
  const { shape } = schema as { shape?: object };
  return shape !== undefined && Object.hasOwn(shape, field);
}

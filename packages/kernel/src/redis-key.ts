declare const owned: unique symbol;

/** A key that begins with the name of its owner, so that no two contexts meet in one. Only `keysOf` makes it. */
export type RedisKey = string & { readonly [owned]: true };

/** The keys of one owner: `keysOf("agents")("beats")` is `agents:beats`. A context does it in one place. */
export function keysOf(owner: string) {
  return (...parts: readonly string[]) => [owner, ...parts].join(":") as RedisKey;
}

/** As much of a client of either driver as is looked after here. */
type Client = {
  query(statement: { text: string }): Promise<unknown>;
  release(error?: Error | boolean): void;
};

/**
 * The pool, for drizzle 0.45: it never gives back a client whose BEGIN failed, and gives one back as
 * good whose ROLLBACK failed, so that each restart of Postgres could cost a connection for ever.
 * https://github.com/drizzle-team/drizzle-orm/issues/6114
 */
export function sparingPool<P extends { connect(): Promise<Client> }>(pool: P): P {
  const connect = async () => sparingClient(await pool.connect());
  return overlaid(pool, { connect });
}

/** The same object with some of its methods replaced; the others are called on the object itself. */
export function overlaid<T extends object>(object: T, methods: Record<string, unknown>): T {
  return new Proxy(object, {
    get(target, name) {
      if (typeof name === "string" && Object.hasOwn(methods, name)) return methods[name];
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function sparingClient(client: Client) {
  let released = false;
  let broken = false;
  const release = (error?: Error | boolean) => {
    if (!released) client.release(error || broken);
    released = true;
  };
  const query = async (...args: [{ text: string }]) => {
    try {
      return await client.query(...args);
    } catch (error) {
      const isBegin = args[0].text.startsWith("begin");
      if (isBegin || args[0].text === "rollback") broken = true;
      if (isBegin) release();
      throw error;
    }
  };
  return overlaid(client, { query, release });
}

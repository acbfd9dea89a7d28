import { overlaid, sparingPool } from "@netcheck/adapters/postgres-pool";
import type { Platform } from "@netcheck/api/ctx-for";
import type { RedisKey } from "@netcheck/kernel/redis-key";
import { drizzle } from "drizzle-orm/node-postgres";
import { Pool, type PoolClient } from "pg";

import type { brokerAdminTwin } from "./broker-admin-twin.ts";

/** Stands between a program and one call that leaves it. */
export type Around = <T>(call: () => Promise<T>) => Promise<T>;

/** The same platform, with `around` at every statement, Redis command and step at the broker. */
export function intercepted(
  platform: Platform,
  twin: ReturnType<typeof brokerAdminTwin>,
  around: Around,
): Platform {
  const { redis, db } = platform;
  if (!(db.$client instanceof Pool)) throw new Error("The tests' database is a pool.");
  return {
    ...platform,
    db: drizzle({ client: sparingPool(poolAround(db.$client, around)), casing: "snake_case" }),
    brokerAdmin: twin.over(around),
    redis: {
      get: <T>(key: RedisKey) => around(() => redis.get<T>(key)),
      set: (key, value, options) => around(() => redis.set(key, value, options)),
      zmscore: (key, members) => around(() => redis.zmscore(key, members)),
      eval: <A extends unknown[], R>(script: string, keys: RedisKey[], args: A) =>
        around(() => redis.eval<A, R>(script, keys, args)),
    },
  };
}

/** A process that dies before or after its call number `calls`, counted from 0: no later one is made. */
export function mortal(calls: number, when: "before" | "after") {
  let made = -1;
  const around: Around = async (call) => {
    made += 1;
    if (made > calls || (made === calls && when === "before")) throw new Error("died");
    const result = await call();
    if (made === calls) throw new Error("died");
    return result;
  };
  return { around, died: () => made >= calls };
}

function poolAround(pool: Pool, around: Around) {
  return overlaid(pool, {
    query: queryAround(pool, around),
    connect: async () => clientAround(await pool.connect(), around),
  });
}

/** Never used again: who died in a transaction leaves it open. */
function clientAround(client: PoolClient, around: Around) {
  const release = () => client.release(true);
  return overlaid(client, { query: queryAround(client, around), release });
}

function queryAround(target: Pool | PoolClient, around: Around) {
  return (...args: unknown[]) =>
    around(() => Reflect.apply(target.query, target, args) as Promise<unknown>);
}

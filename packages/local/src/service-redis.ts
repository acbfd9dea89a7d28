import { writeFileSync } from "node:fs";

import { Redis } from "ioredis";

import { keep, type Kept } from "./keeper.ts";
import { plainEnv, type Place } from "./service.ts";
import { until } from "./wait.ts";

/** A private Redis: append-only file, 127.0.0.1, a password of its own. */
export function startRedis(place: Place, command: string, url: string): Kept {
  const { home } = place;
  const { password, port } = new URL(url);
  return keep("redis", {
    ...place,
    program() {
      const config = home.file("redis.conf");
      // The password goes by a file: arguments can be read by every user of the machine.
      const lines = {
        port,
        bind: "127.0.0.1",
        dir: JSON.stringify(home.folder("redis")),
        requirepass: password,
        appendonly: "yes",
        appendfsync: "everysec",
        save: '""',
        daemonize: "no",
        // Setting the title would overwrite the environment by which we find it again.
        "set-proc-title": "no",
      };
      const text = Object.entries(lines).map(([name, value]) => `${name} ${value}\n`);
      writeFileSync(config, text.join(""), { mode: 0o600 });
      return { name: "redis", command, args: [config], env: plainEnv(), graceMs: 2_500 };
    },
    isReady: (_child, signal) => until(() => redisAnswers(url), 25, signal),
    readyWithinMs: 60_000,
  });
}

/** One PING, answered within two seconds. */
export async function redisAnswers(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
  });
  let reason: unknown;
  client.on("error", (error) => (reason = error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}

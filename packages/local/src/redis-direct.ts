import { openRedis } from "@netcheck/adapters/redis";

import { openCommands } from "./redis-commands.ts";

/** The client of the deployed platform before a Redis of this machine, with no HTTP between the two. */
export async function openRedisDirectly(redisUrl: string) {
  const commands = await openCommands(redisUrl);
  const client = openRedis({
    async request<T>({ path = [], body }: { path?: string[]; body?: unknown }) {
      const { status, body: answer } = await commands.answer(`/${path.join("/")}`, body, false);
      const { error } = answer as { error?: string };
      if (status !== 200) throw new Error(error);
      return answer as { result?: T; error?: string };
    },
  });
  return { client, close: commands.close };
}

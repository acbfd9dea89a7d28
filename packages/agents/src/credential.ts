import type { Actor, Ctx } from "@netcheck/kernel/ctx";
import { networkOf } from "@netcheck/kernel/network";
import { takeFrom } from "@netcheck/kernel/rate-limit";

import { bucketOf } from "./redis-key.ts";
import { authenticateAgent } from "./secret.ts";

/** What no agent has, per network and before Postgres is asked; what one has is given back. */
const UNKNOWN = { name: "unknown_agent", most: 1_000, windowSeconds: 60 };

/** Which agent shows this secret. */
export async function identifyAgent(ctx: Ctx, secret: string): Promise<Actor> {
  const { giveBack } = await takeFrom(ctx, [bucketOf(UNKNOWN, networkOf(ctx))]);
  const agent = await authenticateAgent(ctx, secret);
  await giveBack();
  return agent;
}

import type { Consumer } from "@netcheck/kernel/consumer";
import type { Ctx } from "@netcheck/kernel/ctx";
import { HeartbeatDelivery } from "@netcheck/wire/delivery";

import { recordHeartbeats } from "./presence.ts";

export const heartbeats = {
  name: "agents.heartbeats",
  schema: HeartbeatDelivery,
  handle: recordHeartbeats,
} satisfies Consumer<Ctx, typeof HeartbeatDelivery>;

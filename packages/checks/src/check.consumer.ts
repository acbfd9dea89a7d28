import type { Consumer } from "@netcheck/kernel/consumer";
import type { Ctx } from "@netcheck/kernel/ctx";
import { ResultDelivery } from "@netcheck/wire/delivery";

import { recordDeliveries } from "./delivery.ts";

export const deliveries = {
  name: "checks.deliveries",
  schema: ResultDelivery,
  handle: recordDeliveries,
} satisfies Consumer<Ctx, typeof ResultDelivery>;

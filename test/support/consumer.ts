import { openConsumers } from "@netcheck/api/consumers";
import type { Platform } from "@netcheck/api/ctx-for";

/** What the platform does with the messages of a queue. */
export async function consumerOf(platform: Platform, queue: string) {
  const consume = (await openConsumers(platform)).get(queue);
  if (!consume) throw new Error(`Nobody takes from ${queue}.`);
  return consume;
}

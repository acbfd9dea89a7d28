import type { QueueSpec } from "@netcheck/kernel/queue";
import { eventsQueue } from "@netcheck/kernel/subscription";

import { ALL, type AnyContext } from "./contexts.ts";

/** How long a function that consumes may take. */
export const CONSUMER_SECONDS = 30;
/** Six times that: AWS' own advice for event sources. */
const VISIBILITY_SECONDS = 6 * CONSUMER_SECONDS;
/** The worker's own: what it did not confirm within 5 s is tried again. */
const WORKER_VISIBILITY_SECONDS = 5;

/** Every queue of the platform, from what the contexts fill, take from and want to hear. */
export const QUEUES: readonly QueueSpec[] = [
  ...ALL.flatMap(({ fills }) => fills).map((name) => {
    return { name, visibilitySeconds: WORKER_VISIBILITY_SECONDS };
  }),
  ...ALL.flatMap(consumedBy).map((name) => ({ name, visibilitySeconds: VISIBILITY_SECONDS })),
];

/** The queues that a context's functions take from. */
export function consumedBy({ name, queues, subscriptions }: AnyContext) {
  const hears = Object.keys(subscriptions).length > 0;
  return [...Object.keys(queues), ...(hears ? [eventsQueue(name)] : [])];
}

const subscribed = Map.groupBy(
  ALL.flatMap(({ name, subscriptions }) =>
    Object.keys(subscriptions).map((type) => ({ type, queue: eventsQueue(name) })),
  ),
  ({ type }) => type,
);

/** The queues of the contexts that want to hear of this type of event. */
export function subscribers(type: string) {
  return subscribed.get(type)?.map(({ queue }) => queue) ?? [];
}

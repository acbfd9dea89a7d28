import { access, DATA } from "./access";
import { api } from "./api";
import { bundled } from "./bundle";
import { consumerSeconds, type Context, contexts } from "./contexts";
import { queueOf } from "./queues";
import { prefix } from "./stage";

type Take = Context["takes"][number];

/** Of invocations at a time there are as many as the database has connections for. */
function consumer(of: Context, { queue, batch, windowSeconds, atOnce }: Take) {
  const { environment, permissions } = access({ of: [of], reads: DATA, sends: of.sends });
  return queueOf(queue).live.subscribe(
    {
      name: `${prefix}${queue}`,
      handler: "packages/api/src/lambda-consumers.handler",
      hook: bundled("packages/api/src/lambda-consumers.ts", [of]),
      memory: "512 MB",
      timeout: `${consumerSeconds} seconds`,
      permissions,
      environment: { ...environment, QUEUE: queue, PUBLIC_URL: api.url },
    },
    {
      batch: {
        size: batch,
        partialResponses: true,
        ...(windowSeconds > 0 && { window: `${windowSeconds} seconds` as const }),
      },
      transform: { eventSourceMapping: { scalingConfig: { maximumConcurrency: atOnce } } },
    },
  );
}

/** A function for each queue that a context takes from, by the queue's name. */
export const consumers = contexts.flatMap((of) =>
  of.takes.map((take) => ({ name: take.queue, fn: consumer(of, take).nodes.function })),
);

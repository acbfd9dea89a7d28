import type { SQSBatchResponse, SQSEvent } from "aws-lambda";

import { createConsumers } from "./consumers.ts";
import { markDue } from "./due.ts";
import { lambdaPlatform } from "./lambda-platform.ts";

const opened = lambdaPlatform(process.env);
opened().catch(() => undefined);

/** Lambda handlers of the queues, with `ReportBatchItemFailures`. What throws comes again as a whole. */
export const agentResults = (event: SQSEvent) => consume("agent-results", event);
export const agentHeartbeats = (event: SQSEvent) => consume("agent-heartbeats", event);
export const events = (event: SQSEvent) => consume("events", event, true);

async function consume(
  queue: keyof ReturnType<typeof createConsumers>,
  event: SQSEvent,
  emits = false,
): Promise<SQSBatchResponse> {
  const { platform } = await opened();
  const [response] = await Promise.all([
    createConsumers(platform)[queue](event),
    emits ? markDue(platform.redis, platform.now()) : undefined,
  ]);
  return response;
}

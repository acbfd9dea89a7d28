import { readSettings } from "@netcheck/kernel/settings";
import { eventsQueue } from "@netcheck/kernel/subscription";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import * as z from "zod";

import { type Handler, openConsumer } from "./consumers.ts";
import type { Platform } from "./ctx-for.ts";
import { markDue } from "./due-mark.ts";
import { lambdaPlatform, ownContexts } from "./lambda-platform.ts";

const { QUEUE } = readSettings(z.object({ QUEUE: z.string().min(1) }), process.env);
const contexts = ownContexts(process.env);
const opened = lambdaPlatform(process.env, contexts);
opened().catch(() => undefined);

/** Who hears of events may tell some; the worker's messages come day and night, and tell none. */
const emits = contexts.some(({ name }) => QUEUE === eventsQueue(name));
const handlers = new WeakMap<Platform, Promise<Handler>>();

/** Lambda handler of a queue, with `ReportBatchItemFailures`. What throws comes again as a whole. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const { platform } = await opened();
  const marking = emits ? markDue(platform.redis, platform.now()) : undefined;
  const consume = await handlerOf(platform);
  const [response] = await Promise.all([consume(event), marking]);
  return response;
}

function handlerOf(platform: Platform) {
  const known = handlers.get(platform);
  if (known) return known;
  const [context] = contexts;
  if (!context) throw new Error("A consumer has one context.");
  const opening = openConsumer(platform, context, QUEUE);
  handlers.set(platform, opening);
  return opening;
}

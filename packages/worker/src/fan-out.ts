import { setTimeout as sleep } from "node:timers/promises";

import { backOff } from "@netcheck/adapters/backoff";
import type { Link } from "@netcheck/adapters/rabbit";
import type { Received, Sqs } from "@netcheck/adapters/sqs-client";
import { log } from "@netcheck/kernel/log";
import { count } from "@netcheck/kernel/metrics";
import type { Queue } from "@netcheck/kernel/queue";
import { within } from "@netcheck/kernel/time";
import type { Reason, ResultDelivery } from "@netcheck/wire/delivery";
import { ANSWER } from "@netcheck/wire/kind";
import { REQUEST_ID_HEADER } from "@netcheck/wire/message";

import { METRICS } from "./metric-catalogue.ts";
import { type Outcome, publisher } from "./publisher.ts";
import { expirationOf, type Request, SOURCES } from "./request.ts";
import type { Standing } from "./standing.ts";

type Options = {
  sqs: Sqs;
  queue: Queue;
  exchange: string;
  standing: Standing;
  signal: AbortSignal;
  onReady: () => void;
};

type Publish = ReturnType<typeof publisher>;
type Source = (typeof SOURCES)[keyof typeof SOURCES];

/** Of each queue, at a time. */
const RECEIVES = 3;
/** Below the queue's visibility timeout of 5 s, with time left for the report and the delete. */
const CONFIRM_MS = 3_000;
const BLOCKED_PAUSE_MS = 250;

/** SQS to RabbitMQ: a message is deleted once the broker has confirmed every agent's copy. */
export async function fanOut(link: Link, options: Options) {
  const channel = await link.confirmChannel();
  await channel.checkExchange(options.exchange);
  const publish = publisher(channel, options.exchange);
  const sides = Object.values(SOURCES).map((source) => carry(link, source, publish, options));
  options.onReady();
  await Promise.all(sides.flatMap((receive) => Array.from({ length: RECEIVES }, receive)));
}

/** Returns how to take from one queue and send on until the link is lost. */
function carry(link: Link, { from, read }: Source, publish: Publish, options: Options) {
  const { sqs, queue, standing, signal } = options;
  const ended = AbortSignal.any([signal, link.lost]);
  let inHand = 0;
  standing.holds(from, () => inHand, link.lost);

  async function handleBatch(messages: readonly Received[]) {
    const settled = await Promise.allSettled(messages.map(handle));
    const done = messages.filter((_message, i) => settled[i]?.status === "fulfilled");
    const failed = settled.find((one) => one.status === "rejected");
    if (failed) {
      const left = messages.length - done.length;
      log.warn("requests left in the queue", { left, error: failed.reason });
    }
    await sqs.deleteBatch(from, done);
  }

  async function held(messages: readonly Received[]) {
    inHand += messages.length;
    await handleBatch(messages).finally(() => (inHand -= messages.length));
  }

  async function handle({ MessageId, Body }: Received) {
    const request = readOrCount(read, MessageId, Body);
    const { requestId, id: checkId, agentIds } = request;
    const outcomes = await publishAll(request);
    const reports = agentIds.flatMap((agentId, i) => {
      const reason = reasonOf(outcomes[i]);
      return reason ? [{ kind: "undelivered", agentId, checkId, reason, requestId } as const] : [];
    });
    const agents = agentIds.length;
    log.info("request carried", { requestId, checkId, agents, undelivered: reports.length });
    if (reports.length > 0) await report(MessageId, reports);
  }

  async function publishAll(request: Request): Promise<readonly (Outcome | "expired")[]> {
    const { requestId, id: messageId, agentIds, content } = request;
    const expirationMs = expirationOf(request, new Date());
    if (expirationMs === undefined) return agentIds.map(() => "expired");
    const headers = { [REQUEST_ID_HEADER]: requestId };
    const common = { content, messageId, expirationMs, headers };
    const all = agentIds.map((id) => publish({ ...common, routingKey: `agent.${id}` }));
    try {
      return await within(CONFIRM_MS, Promise.all(all));
    } catch (error) {
      if (!link.isBlocked()) link.lose(new Error("The broker does not confirm.", { cause: error }));
      throw error;
    }
  }

  async function report(messageId: string, reports: readonly ResultDelivery[]) {
    const messages = reports.map((body, i) => ({
      id: `${messageId}.${i}`,
      body: JSON.stringify(body),
    }));
    await queue.send(ANSWER.carriedTo, messages);
  }

  return async function receive() {
    let failures = 0;
    while (!ended.aborted) {
      if (link.isBlocked()) {
        await sleep(BLOCKED_PAUSE_MS);
        continue;
      }
      try {
        const messages = await sqs.receive(from, ended);
        if (messages.length > 0 && !link.lost.aborted) await held(messages);
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn("requests cannot be fetched", { failures, error });
        await backOff(failures, ended);
      }
    }
  };
}

/** Throws for a body that is no request: SQS moves it to the dead-letter queue after some tries. */
function readOrCount(read: Source["read"], messageId: string, body: string) {
  try {
    return read(body);
  } catch (error) {
    count(METRICS.malformedRequest, {}, { messageId });
    throw error;
  }
}

function reasonOf(outcome: Outcome | "expired" | undefined): Reason | undefined {
  return outcome === "delivered" ? undefined : outcome;
}

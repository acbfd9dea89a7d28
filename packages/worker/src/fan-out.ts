import { setTimeout as sleep } from "node:timers/promises";

import { backOff } from "@netcheck/adapters/backoff";
import type { Link } from "@netcheck/adapters/rabbit";
import type { Received, Sqs } from "@netcheck/adapters/sqs-client";
import { log } from "@netcheck/kernel/log";
import { count } from "@netcheck/kernel/metrics";
import type { Queue } from "@netcheck/kernel/queue";
import { within } from "@netcheck/kernel/time";
import type { Reason, ResultDelivery } from "@netcheck/wire/delivery";
import { ASKED, SAID } from "@netcheck/wire/kind";
import { REQUEST_ID_HEADER } from "@netcheck/wire/message";

import { METRICS } from "./catalogue.ts";
import { type Outcome, publisher } from "./publisher.ts";
import { expirationOf, readRequest, type Request } from "./request.ts";
import type { Standing } from "./standing.ts";

type Options = {
  sqs: Sqs;
  queue: Queue;
  exchange: string;
  standing: Standing;
  signal: AbortSignal;
  onReady: () => void;
};

const QUEUE = ASKED.check.takenFrom;
const RECEIVES = 3;
/** Below the queue's visibility timeout of 5 s, with time left for the report and the delete. */
const CONFIRM_MS = 3_000;
const BLOCKED_PAUSE_MS = 250;

/** SQS to RabbitMQ: a message is deleted once the broker has confirmed every agent's copy. */
export async function fanOut(link: Link, options: Options) {
  const { sqs, queue, exchange, standing, signal, onReady } = options;
  const channel = await link.confirmChannel();
  await channel.checkExchange(exchange);
  const publish = publisher(channel, exchange);
  const ended = AbortSignal.any([signal, link.lost]);
  let inHand = 0;
  standing.holds(QUEUE, () => inHand, link.lost);

  async function handleBatch(messages: readonly Received[]) {
    const settled = await Promise.allSettled(messages.map(handle));
    const done = messages.filter((_message, i) => settled[i]?.status === "fulfilled");
    const failed = settled.find((one) => one.status === "rejected");
    if (failed) {
      const left = messages.length - done.length;
      log.warn("requests left in the queue", { left, error: failed.reason });
    }
    await sqs.deleteBatch(QUEUE, done);
  }

  async function held(messages: readonly Received[]) {
    inHand += messages.length;
    await handleBatch(messages).finally(() => (inHand -= messages.length));
  }

  async function handle({ MessageId, Body }: Received) {
    const request = read(MessageId, Body);
    const { requestId, checkId, agentIds } = request;
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
    const { requestId, checkId, agentIds, content } = request;
    const expirationMs = expirationOf(request, new Date());
    if (expirationMs === undefined) return agentIds.map(() => "expired");
    const headers = { [REQUEST_ID_HEADER]: requestId };
    const common = { content, messageId: checkId, expirationMs, headers };
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
    await queue.send(SAID.result.carriedTo, messages);
  }

  async function receive() {
    let failures = 0;
    while (!ended.aborted) {
      if (link.isBlocked()) {
        await sleep(BLOCKED_PAUSE_MS);
        continue;
      }
      try {
        const messages = await sqs.receive(QUEUE, ended);
        if (messages.length > 0 && !link.lost.aborted) await held(messages);
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn("requests cannot be fetched", { failures, error });
        await backOff(failures, ended);
      }
    }
  }

  onReady();
  await Promise.all(Array.from({ length: RECEIVES }, receive));
}

/** Throws for a body that is no request: SQS moves it to the dead-letter queue after some tries. */
function read(messageId: string, body: string) {
  try {
    return readRequest(body);
  } catch (error) {
    count(METRICS.malformedRequest, {}, { messageId });
    throw error;
  }
}

function reasonOf(outcome: Outcome | "expired" | undefined): Reason | undefined {
  return outcome === "delivered" ? undefined : outcome;
}

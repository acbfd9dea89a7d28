import { backOff } from "@netcheck/adapters/backoff";
import type { Link } from "@netcheck/adapters/rabbit";
import type { Sqs } from "@netcheck/adapters/sqs-client";
import { log } from "@netcheck/kernel/log";
import { count } from "@netcheck/kernel/metrics";
import { within } from "@netcheck/kernel/time";
import type { Channel, ConsumeMessage } from "amqplib";

import { forwarder } from "./forwarder.ts";
import { METRICS } from "./metric-catalogue.ts";
import { type Inbox, type Route, ROUTES } from "./route.ts";
import type { Standing } from "./standing.ts";

const PREFETCH = 100;
const DRAIN_MS = 8_000;
const WATCH_MS = 10_000;
const WATCH_LIMIT_MS = 5_000;

type Options = { sqs: Sqs; standing: Standing; signal: AbortSignal; onReady: () => void };

/** RabbitMQ to SQS: a delivery is acknowledged once SQS has accepted it. */
export async function intake(link: Link, { sqs, standing, signal, onReady }: Options) {
  const sides = await Promise.all(ROUTES.map((route) => carry(link, route, { sqs, standing })));
  onReady();
  await aborted(AbortSignal.any([signal, link.lost]));
  if (link.lost.aborted) return;
  const all = Promise.all(sides.map((stop) => stop()));
  await Promise.race([all, aborted(AbortSignal.any([link.lost, AbortSignal.timeout(DRAIN_MS)]))]);
}

/** Consumes one queue until the link is lost. Returns how to stop and send on what is in hand. */
async function carry(
  link: Link,
  { from, to, judge }: Route,
  { sqs, standing }: Pick<Options, "sqs" | "standing">,
) {
  const channel = await link.channel();
  await channel.prefetch(PREFETCH);
  const forward = forwarder({
    send: (messages) => sqs.sendBatch(to, messages),
    backOff: (failures) => backOff(failures, link.lost),
    onError: (error) => log.warn("SQS takes nothing", { queue: to, error }),
    ...settling(link, channel, from),
  });
  standing.holds(from, forward.inHand, link.lost);

  function receive(message: ConsumeMessage | null) {
    if (!message) return link.lose(new Error(`The queue ${from} was deleted.`));
    const { deliveryTag: tag } = message.fields;
    const verdict = judge(message, new Date());
    if ("reason" in verdict) {
      const { reason, ...of } = verdict;
      count(METRICS.rejected, { queue: from, reason }, of);
      channel.nack(message, false, false);
      return;
    }
    const { body, agentId, requestId } = verdict;
    log.debug("carried", { queue: to, agentId, requestId });
    forward.push({ tag, body, message });
  }

  const { consumerTag } = await channel.consume(from, receive);
  const watch = setInterval(() => {
    if (link.lost.aborted) clearInterval(watch);
    else ensureConsumed(channel, from).catch(link.lose);
  }, WATCH_MS);
  return async () => {
    clearInterval(watch);
    await channel.cancel(consumerTag);
    await forward.drained();
  };
}

/** A quorum queue that is deleted and at once made again forgets its consumers without a word. */
async function ensureConsumed(channel: Channel, queue: string) {
  const { consumerCount } = await within(WATCH_LIMIT_MS, channel.checkQueue(queue));
  if (consumerCount === 0) throw new Error(`Nothing consumes ${queue} any more.`);
}

type Delivered = { tag: number; body: string; message: ConsumeMessage };

/** Nothing can be settled on a link that is lost: the broker has taken the deliveries back. */
function settling({ lost }: Link, channel: Channel, from: Inbox) {
  return {
    ack: ({ message }: Delivered, allUpTo: boolean) => {
      if (!lost.aborted) channel.ack(message, allUpTo);
    },
    discard: ({ message }: Delivered, detail: string) => {
      count(METRICS.rejected, { queue: from, reason: "sqs_refused" }, { detail });
      if (!lost.aborted) channel.nack(message, false, false);
    },
    giveBack: ({ message }: Delivered) => {
      if (!lost.aborted) channel.nack(message, false, true);
    },
  };
}

async function aborted(signal: AbortSignal) {
  if (signal.aborted) return;
  await new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}

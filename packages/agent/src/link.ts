import { REQUEST_ID_HEADER } from "@netcheck/wire/message";
import type { AgentSession } from "@netcheck/wire/registration";
import { connect, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from "amqplib";

import { codeOf, messageOf } from "./text.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const HEARTBEAT_SECONDS = 15;

/** Why a link ended; `refused` asks for a new session before the next try. */
export type Ending = { reason: string; refused: boolean };

/** One connection to the broker with one channel. Settling a message of a link that ended does nothing. */
export type Link = {
  /** Resolves when the broker has confirmed the message, rejects when it refused it or the link ended. */
  publish(kind: "result" | "heartbeat", body: Buffer, requestId?: string): Promise<void>;
  /** Starts taking messages, at most `concurrency` at a time that are not settled. */
  consume(concurrency: number, onMessage: (message: ConsumeMessage) => void): Promise<void>;
  ack(message: ConsumeMessage): void;
  /** Gives a message up for dead-lettering. */
  reject(message: ConsumeMessage): void;
  /** Takes no more messages; what is delivered can still be settled. */
  cancel(): Promise<void>;
  close(): Promise<void>;
  isOpen(): boolean;
  readonly ended: Promise<Ending>;
};

/** Connects as the session says; throws what amqplib throws. */
export async function openLink({ agentId, broker }: AgentSession): Promise<Link> {
  const model = await connect(
    {
      protocol: broker.tls ? "amqps" : "amqp",
      hostname: broker.host,
      port: broker.port,
      username: broker.username,
      password: broker.password,
      // amqplib unescapes the vhost of an object too.
      vhost: encodeURIComponent(broker.vhost),
      heartbeat: HEARTBEAT_SECONDS,
    },
    { timeout: CONNECT_TIMEOUT_MS, noDelay: true, keepAlive: true },
  );
  const ending = watch(model);
  const channel = await model.createConfirmChannel();
  channel.on("error", (error) => ending.end(error));
  // A connection that ends closes its channels first and then says why: let it speak.
  channel.on("close", () => setImmediate(ending.end, new Error("the channel was closed")));
  return linkOver(model, channel, ending, { agentId, broker });
}

/** Listens to the connection from its first moment and remembers what ended it first. */
function watch(model: ChannelModel) {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let open = true;
  const end = (error: unknown) => {
    open = false;
    resolve({ reason: messageOf(error), refused: isRefusal(error) });
  };
  model.on("error", end);
  model.on("close", (error) => end(error ?? new Error("closed")));
  return { ended: promise, end, isOpen: () => open };
}

function linkOver(
  model: ChannelModel,
  channel: ConfirmChannel,
  { ended, end, isOpen }: ReturnType<typeof watch>,
  { agentId, broker }: Pick<AgentSession, "agentId" | "broker">,
): Link {
  let consumerTag: string | undefined;
  // Where the channel ended alone, the connection goes with it; a closed one says so by rejecting.
  const closed = ended.then(() => model.close().catch(() => undefined));
  return {
    ended,
    isOpen,
    publish: (kind, body, requestId) =>
      new Promise((resolve, reject) => {
        const options = {
          persistent: true,
          contentType: "application/json",
          userId: broker.username,
          ...(requestId !== undefined && { headers: { [REQUEST_ID_HEADER]: requestId } }),
        };
        channel.publish(broker.responseExchange, `${kind}.${agentId}`, body, options, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    consume: async (concurrency, onMessage) => {
      await channel.prefetch(concurrency);
      const consumer = await channel.consume(broker.requestQueue, (message) =>
        message ? onMessage(message) : end(queueGone()),
      );
      ({ consumerTag } = consumer);
    },
    ack: (message) => {
      if (isOpen()) channel.ack(message);
    },
    reject: (message) => {
      if (isOpen()) channel.nack(message, false, false);
    },
    cancel: async () => {
      if (isOpen() && consumerTag !== undefined) await channel.cancel(consumerTag);
    },
    close: async () => {
      if (!isOpen()) return;
      // First the channel: a connection's close may overtake acknowledgements, and what was answered would run again.
      await channel.close().catch(() => undefined);
      end(new Error("closed by this agent"));
      await closed;
    },
  };
}

function queueGone() {
  return Object.assign(new Error("the broker deleted this agent's queue"), { code: 404 });
}

/** 403, 404 and 530: the account, the queue or the vhost is not what the session said (AMQP 0-9-1, 1.1). */
export function isRefusal(error: unknown) {
  if (["403", "404", "530"].includes(codeOf(error))) return true;
  return /ACCESS.REFUSED|NOT.ALLOWED|Expected ConnectionOpenOk/.test(messageOf(error));
}

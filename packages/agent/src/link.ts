import { type Said, saidKey } from "@netcheck/wire/kind";
import { REQUEST_ID_HEADER } from "@netcheck/wire/message";
import type { AgentSession } from "@netcheck/wire/registration";
import { connect, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from "amqplib";

import { codeOf, messageOf } from "./text.ts";
import { within } from "./wait.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const HEARTBEAT_SECONDS = 15;
const ANSWER_TIMEOUT_MS = 15_000;
const SILENT = "the broker did not answer";

/** Why a link ended; `refused` asks for a new session before the next try. */
export type Ending = { reason: string; refused: boolean };

/** One connection to the broker with one channel. Settling a message of a link that ended does nothing. */
export type Link = {
  /** Resolves when the broker has confirmed the message, rejects when it refused it or the link ended. */
  publish(kind: Said, body: Buffer, requestId?: string): Promise<void>;
  /** Starts taking messages, at most `concurrency` at a time that are not settled. */
  consume(concurrency: number, onMessage: (message: ConsumeMessage) => void): Promise<void>;
  ack(message: ConsumeMessage): void;
  /** Gives a message up for dead-lettering. */
  reject(message: ConsumeMessage): void;
  /** Takes no more messages; what is delivered can still be settled. */
  cancel(): Promise<void>;
  close(): Promise<void>;
  /** Gives the link up, so that another is tried. */
  fail(reason: string): void;
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
  const opening = within(model.createConfirmChannel(), ANSWER_TIMEOUT_MS, SILENT);
  const channel = await opening.catch((error: unknown) => {
    ending.end(error);
    throw error;
  });
  channel.on("error", (error) => ending.end(error));
  // A connection that ends closes its channels first and then says why: let it speak.
  channel.on("close", () => {
    ending.shut();
    setImmediate(ending.end, new Error("the channel was closed"));
  });
  return linkOver(channel, ending, { agentId, broker });
}

/** Listens to the connection from its first moment and remembers what ended it first. */
function watch(model: ChannelModel) {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let open = true;
  const shut = () => void (open = false);
  const end = (error: unknown) => {
    shut();
    resolve({ reason: messageOf(error), refused: isRefusal(error) });
  };
  model.on("error", end);
  model.on("close", (error) => end(error ?? new Error("closed")));
  // Where the channel ended alone, the connection goes with it; a closed one says so by rejecting.
  const closed = promise.then(() => model.close().catch(() => undefined));
  return { ended: promise, closed, end, shut, isOpen: () => open };
}

function linkOver(
  channel: ConfirmChannel,
  { ended, closed, end, shut, isOpen }: ReturnType<typeof watch>,
  { agentId, broker }: Pick<AgentSession, "agentId" | "broker">,
): Link {
  let consumerTag: string | undefined;
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
        channel.publish(broker.responseExchange, saidKey(kind, agentId), body, options, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    consume: async (concurrency, onMessage) => {
      const start = async () => {
        await channel.prefetch(concurrency);
        return channel.consume(broker.requestQueue, (message) =>
          message ? onMessage(message) : end(queueGone()),
        );
      };
      // A queue that lost its leader answers nothing at all.
      ({ consumerTag } = await within(start(), ANSWER_TIMEOUT_MS, SILENT));
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
    fail: (reason) => end(new Error(reason)),
    close: async () => {
      if (!isOpen()) return;
      shut();
      // The channel first: what was settled on it goes out before the connection's own farewell.
      await channel.close().catch(end);
      end(new Error("closed by this agent"));
      await closed;
    },
  };
}

function queueGone() {
  return Object.assign(new Error("the broker deleted this agent's queue"), { code: 404 });
}

/**
 * Whether the account, the queue or the vhost is not what the session said: 403, 404 and 530 of
 * AMQP 0-9-1, or silence where the queue should answer.
 */
export function isRefusal(error: unknown) {
  if (["403", "404", "530"].includes(codeOf(error))) return true;
  if (messageOf(error) === SILENT) return true;
  return /ACCESS.REFUSED|NOT.ALLOWED|Expected ConnectionOpenOk/.test(messageOf(error));
}

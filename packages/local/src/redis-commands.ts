import { once } from "node:events";

import { log } from "@netcheck/kernel/log";
import { Command, Redis } from "ioredis";

import { messageOf } from "./problem.ts";
import { readCommand, replyItem, type RedisCommand, type RedisReply } from "./redis-rest.ts";

const COMMAND_LIMIT_MS = 400;
const CONNECT_LIMIT_MS = 2_000;

/** The status and the JSON that Upstash answers with. */
export type Answer = { status: number; body: unknown };

/** A body of Upstash's protocol and what a real Redis says to it; with `base64` strings are encoded. */
export type RedisCommands = {
  answer(path: string, body: unknown, base64: boolean): Promise<Answer>;
  close(): void;
};

/** Never waits for a Redis that is away: it answers 503 within half a second, and connects anew meanwhile. */
export async function openCommands(redisUrl: string): Promise<RedisCommands> {
  const redis = await connect(redisUrl);
  return {
    async answer(path, body, base64) {
      switch (path) {
        case "/":
          return await one(redis, body, base64);
        case "/pipeline":
          return await pipeline(redis, body, base64);
        case "/multi-exec":
          return await transaction(redis, body, base64);
        default:
          return { status: 404, body: { error: "ERR no such path" } };
      }
    },
    close: () => redis.disconnect(),
  };
}

async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    protocol: 2,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_LIMIT_MS,
    // A Redis that accepts and never answers would otherwise keep every request it was sent.
    socketTimeout: 2 * COMMAND_LIMIT_MS,
    connectTimeout: CONNECT_LIMIT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
  });
  let isAway = false;
  redis.on("error", (error) => {
    if (!isAway) log.warn("redis is away", { error });
    isAway = true;
  });
  redis.on("ready", () => (isAway = false));
  // A Redis that is not there yet is waited for in the background.
  await once(redis, "ready").catch(() => undefined);
  return redis;
}

async function one(redis: Redis, body: unknown, base64: boolean): Promise<Answer> {
  const command = readCommand(body);
  if (typeof command === "string") return refused(command);
  const reply = await send(redis, command);
  if (isAway(reply)) return away(reply);
  return { status: reply instanceof Error ? 400 : 200, body: replyItem(reply, base64) };
}

async function pipeline(redis: Redis, body: unknown, base64: boolean): Promise<Answer> {
  if (!Array.isArray(body) || body.length === 0) return refused("ERR empty pipeline");
  const commands = body.map(readCommand);
  const replies = await Promise.all(
    commands.map(async (command) =>
      typeof command === "string" ? new Error(command) : await send(redis, command),
    ),
  );
  const lost = replies.find(isAway);
  return lost
    ? away(lost)
    : { status: 200, body: replies.map((reply) => replyItem(reply, base64)) };
}

async function transaction(redis: Redis, body: unknown, base64: boolean): Promise<Answer> {
  if (!Array.isArray(body) || body.length === 0) return refused("ERR empty transaction");
  const commands: RedisCommand[] = [];
  for (const command of body.map(readCommand)) {
    if (typeof command === "string") return refused(command);
    commands.push(command);
  }
  // Written within one turn, so that nobody else's command comes between on the shared connection.
  const all = [{ name: "MULTI", args: [] }, ...commands, { name: "EXEC", args: [] }];
  const replies = await Promise.all(all.map((command) => send(redis, command)));
  const lost = replies.find(isAway);
  if (lost) return away(lost);
  const results = replies.at(-1);
  if (Array.isArray(results))
    return { status: 200, body: results.map((reply) => replyItem(reply, base64)) };
  const reason = replies.find((reply) => reply instanceof Error);
  return refused(reason?.message ?? "ERR the transaction was not executed");
}

/** Never rejects: an error is a reply as well. Upper-case names pass ioredis' own reshaping of replies by. */
async function send(redis: Redis, { name, args }: RedisCommand): Promise<RedisReply> {
  try {
    return asReply(await redis.sendCommand(new Command(name, args)));
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

function asReply(value: unknown): RedisReply {
  if (Array.isArray(value)) return value.map(asReply);
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (Buffer.isBuffer(value) || value instanceof Error) return value;
  return new Error(`ERR a reply of type ${typeof value}`);
}

/** Redis' own errors are named so by its parser; any other is one of the connection. */
function isAway(reply: RedisReply): reply is Error {
  return reply instanceof Error && reply.name !== "ReplyError" && !reply.message.startsWith("ERR ");
}

function away(error: Error): Answer {
  return { status: 503, body: { error: `ERR redis does not answer: ${error.message}` } };
}

function refused(error: string): Answer {
  return { status: 400, body: { error } };
}

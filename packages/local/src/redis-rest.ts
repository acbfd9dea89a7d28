/**
 * Upstash's REST protocol as pure functions: which commands pass, and how replies look in JSON.
 * https://upstash.com/docs/redis/features/restapi
 */

/** A command of a client, ready for Redis. */
export type RedisCommand = { name: string; args: string[] };

// They wait, or change the connection that all requests share, or end the server.
const REFUSED = new Set(
  (
    "AUTH HELLO SELECT QUIT RESET CLIENT MULTI EXEC DISCARD WATCH UNWATCH " +
    "SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE MONITOR SYNC PSYNC " +
    "BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF " +
    "READONLY READWRITE ASKING REPLICAOF SLAVEOF FAILOVER CLUSTER CONFIG DEBUG SHUTDOWN"
  ).split(" "),
);
const READS = new Set(["XREAD", "XREADGROUP"]);

/** Reads one JSON array as a command; a string says why it is refused. */
export function readCommand(body: unknown): RedisCommand | string {
  if (!Array.isArray(body) || body.length === 0) return "ERR empty command";
  const [first, ...args] = body.map(argument);
  const name = String(first).toUpperCase();
  if (REFUSED.has(name) || (READS.has(name) && args.some((one) => one.toUpperCase() === "BLOCK")))
    return `ERR Command is not available: '${first}'`;
  return { name, args };
}

function argument(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** What Redis answers: RESP2, with strings as bytes, and errors as values. */
export type RedisReply = null | number | string | Buffer | Error | RedisReply[];

/**
 * A reply as JSON. With `base64` every string is encoded, but a plain OK: clients know it as it is.
 * Without, bytes that are no UTF-8 are replaced, as Upstash does.
 */
export function replyJson(reply: RedisReply, base64: boolean): unknown {
  if (isText(reply) && base64 && reply.toString() === "OK") return "OK";
  return nestedJson(reply, base64);
}

function nestedJson(reply: RedisReply, base64: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((one) => nestedJson(one, base64));
  const text = reply instanceof Error ? reply.message : reply;
  if (!isText(text)) return text;
  return base64 ? Buffer.from(text).toString("base64") : text.toString();
}

function isText(reply: RedisReply): reply is string | Buffer {
  return typeof reply === "string" || Buffer.isBuffer(reply);
}

/** One answer of a pipeline: `{result}` or `{error}`. */
export function replyItem(
  reply: RedisReply,
  base64: boolean,
): { result: unknown } | { error: string } {
  return reply instanceof Error ? { error: reply.message } : { result: replyJson(reply, base64) };
}

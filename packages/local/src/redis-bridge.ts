import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";

import { log } from "@netcheck/kernel/log";

import { type Answer, openCommands, type RedisCommands } from "./redis-commands.ts";

const BODY_LIMIT_BYTES = 10 * 2 ** 20;

/** Upstash's REST protocol before a real Redis, for what speaks nothing else: the functions of Lambda. */
export async function startRedisBridge(options: {
  redisUrl: string;
  host?: string;
  port?: number;
}): Promise<{ url: string; token: string; close(): Promise<void> }> {
  const { redisUrl, host = "127.0.0.1", port = 0 } = options;
  const token = randomBytes(24).toString("base64url");
  const redis = await openCommands(redisUrl);
  const server = createServer(
    { requestTimeout: 10_000, keepAliveTimeout: 60_000 },
    (request, response) => {
      const base64 = request.headers["upstash-encoding"] === "base64";
      answer(redis, token, request, base64).then(
        ({ status, body }) => {
          const text = JSON.stringify(body);
          const length = Buffer.byteLength(text);
          response
            .writeHead(status, { "content-type": "application/json", "content-length": length })
            .end(text);
        },
        (error: unknown) => {
          log.error("redis bridge", { error });
          response.destroy();
        },
      );
      response.on("error", (error) => log.warn("redis bridge: client left", { error }));
    },
  );
  server.listen(port, host);
  await once(server, "listening");
  server.on("error", (error) => log.error("redis bridge", { error }));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the bridge has no port");
  return {
    url: `http://${host}:${address.port}`,
    token,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      redis.close();
      await closed;
    },
  };
}

async function answer(
  redis: RedisCommands,
  token: string,
  request: IncomingMessage,
  base64: boolean,
): Promise<Answer> {
  if (!isToken(request.headers.authorization, token))
    return { status: 401, body: { error: "WRONGPASS invalid or missing auth token" } };
  if (request.method !== "POST")
    return { status: 405, body: { error: "ERR only POST is answered" } };
  const body = await readJson(request);
  if (body === undefined)
    return { status: 400, body: { error: "ERR the body is no JSON, or above 10 MiB" } };
  return await redis.answer(request.url ?? "", body, base64);
}

function isToken(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) return undefined;
      bytes += chunk.length;
      if (bytes > BODY_LIMIT_BYTES) return undefined;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

import { once } from "node:events";
import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from "node:http";
import { Agent as TlsAgent, request as requestTls } from "node:https";

type Call = {
  path?: string;
  headers: OutgoingHttpHeaders;
  body: string;
  /** For the whole of it. */
  limitMs: number;
};

type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/** Shorter than any server that is asked keeps an idle connection. */
const IDLE_MS = 4_000;

/**
 * POSTs to one origin over connections that are kept. Not `fetch`, whose first call in a process takes
 * about as long as a function has for its whole start.
 */
export function httpPost(origin: string, now = Date.now): (call: Call) => Promise<Answer> {
  const url = new URL(origin);
  const isTls = url.protocol === "https:";
  const open = () => new (isTls ? TlsAgent : Agent)({ keepAlive: true, timeout: IDLE_MS });
  let agent = open();
  let usedAt = now();

  /** A frozen function's timers stand still and its sockets die unnoticed: nothing older is used. */
  function fresh() {
    if (now() - usedAt > IDLE_MS) agent = open();
    usedAt = now();
    return agent;
  }

  return async ({ path = "/", headers, body, limitMs }) => {
    const sending = (isTls ? requestTls : request)(url, {
      method: "POST",
      path,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      agent: fresh(),
      signal: AbortSignal.timeout(limitMs),
    });
    sending.end(body);
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    response.setEncoding("utf8");
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, headers: response.headers, body: text };
  };
}

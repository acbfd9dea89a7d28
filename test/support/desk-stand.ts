import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

import { createClock } from "@netcheck/agent/clock";
import { createDesk } from "@netcheck/agent/desk";
import type { Ending, Link } from "@netcheck/agent/link";
import { parseAllowList } from "@netcheck/wire/address";
import { CheckResponse } from "@netcheck/wire/message";
import type { ConsumeMessage } from "amqplib";

export const ID = "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5a";
export const OTHER_ID = "01939f2c-8a00-7b6c-8d2e-0f1e2d3c4b5b";

/** A delivery of a request to that port; only what the desk looks at, the rest being the broker's business. */
export function deliveryTo(port: number, change: object = {}, headers = {}): ConsumeMessage {
  const deadlineAt = new Date(Date.now() + 10_000).toISOString();
  const request = { v: 1, id: ID, type: "tcp", target: "127.0.0.1", port, options: {}, deadlineAt };
  const content = Buffer.from(JSON.stringify({ ...request, ...change }));
  return { content, properties: { headers } } as ConsumeMessage;
}

/** A link that records what goes over it; `confirm` decides each publish. */
export function fakeLink(confirm: (body: string) => Promise<void> = () => Promise.resolve()) {
  const sent: { id: string; requestId: string | undefined }[] = [];
  const answers: CheckResponse[] = [];
  const settled: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<Ending>();
  let open = true;
  const link: Link = {
    publish: (_kind, body, requestId) => {
      const answer = CheckResponse.parse(JSON.parse(body.toString()));
      sent.push({ id: answer.id, requestId });
      answers.push(answer);
      return confirm(body.toString());
    },
    consume: () => Promise.resolve(),
    ack: () => void settled.push("ack"),
    reject: () => void settled.push("reject"),
    cancel: () => Promise.resolve(),
    close: () => Promise.resolve(),
    fail: () => undefined,
    isOpen: () => open,
    ended,
  };
  const cut = () => {
    open = false;
    resolve({ reason: "cut", refused: false });
  };
  return { link, sent, answers, settled, cut };
}

/** A target that accepts and says nothing. */
export async function silence() {
  const target = createServer().listen(0, "127.0.0.1");
  const sockets = new Set<Socket>();
  target.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
  await once(target, "listening");
  return {
    port: (target.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => target.close(resolve));
    },
  };
}

/** A desk that may check loopback, and the switch that halts it. */
export function openDesk(clock = createClock()) {
  const halt = new AbortController();
  const allow = parseAllowList("127.0.0.1");
  const made = createDesk({ allow, clock, stop: halt.signal });
  return { ...made, halt };
}

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { createQueues, pollQueue, sqsHandler, sqsQueue } from "@netcheck/adapters/sqs";
import { openClients, openSqs, standInUrl } from "@netcheck/adapters/sqs-client";
import { QUEUES } from "@netcheck/api/queues";
import type { Consumer } from "@netcheck/kernel/consumer";
import type { Ctx } from "@netcheck/kernel/ctx";
import type { OutgoingMessage, Queue } from "@netcheck/kernel/queue";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";

import { edgeBefore } from "../support/edge.ts";
import { queueTwin } from "../support/queue-twin.ts";
import { silentServer } from "../support/silent-server.ts";

const endpoint = process.env["SQS_ENDPOINT"] ?? "";
const prefix = `c${randomBytes(4).toString("hex")}-`;
const options = { endpoint, prefix, region: "us-east-1" };
const sqs = openSqs(options);
beforeAll(() => createQueues({ endpoint, prefix }, QUEUES));

type Side = { queue: Queue; taken: (wanted: number) => Promise<string[]> };

const messagesOf = (...bodies: unknown[]) =>
  bodies.map((body, i): OutgoingMessage => ({ id: String(i), body: JSON.stringify(body) }));

/** What lies in `events-identity`, taken until there are so many. */
async function take(wanted: number) {
  const bodies: string[] = [];
  while (bodies.length < wanted) {
    const messages = await sqs.receive("events-identity", AbortSignal.timeout(10_000));
    await sqs.deleteBatch("events-identity", messages);
    bodies.push(...messages.map(({ Body }) => Body));
  }
  return bodies;
}

const twin = queueTwin();
const sides: [string, Side][] = [
  ["SQS", { queue: sqsQueue(options), taken: take }],
  [
    "the twin",
    { queue: twin, taken: (n) => Promise.resolve(twin.sent.slice(-n).map((m) => m.body)) },
  ],
];

describe.for(sides)("%s", ([, { queue, taken }]) => {
  it("takes more messages than fit one batch", async () => {
    const numbers = Array.from({ length: 25 }, (_, i) => i);
    await queue.send("events-identity", messagesOf(...numbers));
    const bodies = await taken(25);
    expect(bodies.map(Number).toSorted((a, b) => a - b)).toEqual(numbers);
  });

  it("takes nothing, too", async () => {
    await queue.send("events-identity", []);
  });

  it("keeps what a body says, whatever its characters", async () => {
    const odd = { text: "\u0000\n\t \ud800 \ufffe\uffff é 漢 \u{1f600}", '"': [null, 1.5] };
    await queue.send("events-identity", messagesOf(odd));
    const [body = ""] = await taken(1);
    expect(JSON.parse(body)).toEqual(odd);
  });
});

describe("a queue in trouble", () => {
  it("rejects, twin or real", async () => {
    await using broken = await edgeBefore(endpoint, 0);
    const real = sqsQueue({ ...options, endpoint: broken.url });
    twin.fail(new Error("down"));
    for (const queue of [real, twin]) {
      await expect(queue.send("events-identity", messagesOf(1))).rejects.toThrow();
    }
    twin.fail(undefined);
  });

  it("that does not answer is given up after three attempts of two seconds", async () => {
    await using silent = await silentServer();
    const queue = sqsQueue({ ...options, endpoint: silent.url });
    const since = Date.now();
    await expect(queue.send("events-identity", messagesOf(1))).rejects.toThrow(/time/i);
    expect(Date.now() - since).toBeLessThan(8_000);
  });
});

describe("SQS", () => {
  const queue = sqsQueue(options);

  it("refuses a message of more than 1 MiB before anything is sent", async () => {
    const messages = messagesOf("small", "x".repeat(1024 * 1024));
    await expect(queue.send("events-identity", messages)).rejects.toThrow(RangeError);
    await queue.send("events-identity", messagesOf("next"));
    expect(await take(1)).toEqual(['"next"']);
  });

  it("takes messages that together are more than 1 MiB", async () => {
    const bodies = Array.from({ length: 5 }, () => "x".repeat(400_000));
    await queue.send("events-identity", messagesOf(...bodies));
    expect(await take(5)).toHaveLength(5);
  });

  it("hides a delayed message for its delay", async () => {
    const since = Date.now();
    await queue.send("events-identity", [{ id: "1", body: "1", delaySeconds: 1 }]);
    expect(await take(1)).toEqual(["1"]);
    expect(Date.now() - since).toBeGreaterThan(900);
  });

  it("is asked again for the entries it could not take, and only for those", async () => {
    await using flaky = await refusing({ ours: false, times: 1 });
    await sqsQueue({ ...options, endpoint: flaky.url }).send(
      "events-identity",
      messagesOf(0, 1, 2),
    );
    expect(flaky.calls).toEqual([["0", "1", "2"], ["0"]]);
  });

  it("is not asked again for an entry it never will take", async () => {
    await using flaky = await refusing({ ours: true, times: 9 });
    const send = sqsQueue({ ...options, endpoint: flaky.url }).send(
      "events-identity",
      messagesOf(0, 1),
    );
    await expect(send).rejects.toThrow(/into events-identity: 0 \(Refused: no\)/);
    expect(flaky.calls).toHaveLength(1);
  });

  it("is asked three times in all", async () => {
    await using flaky = await refusing({ ours: false, times: 9 });
    const send = sqsQueue({ ...options, endpoint: flaky.url }).send(
      "events-identity",
      messagesOf(0),
    );
    await expect(send).rejects.toThrow();
    expect(flaky.calls).toHaveLength(3);
  });
});

describe("the event source", () => {
  it("deletes what was handled and leaves a poison message, which ends in the dead-letter queue", async () => {
    const name = `${prefix}events-identity`;
    const { sdk, short } = await openClients(options)();
    const attributes = (Attributes: Record<string, string>) =>
      new sdk.SetQueueAttributesCommand({ QueueUrl: standInUrl(endpoint, name), Attributes });
    await short.send(attributes({ VisibilityTimeout: "1" }));
    const handled: number[] = [];
    const consumer: Consumer<Ctx, z.ZodNumber> = {
      name: "test",
      schema: z.number(),
      handle: (_ctx, messages) => {
        if (messages.includes(666)) return Promise.reject(new Error("poison"));
        return Promise.resolve(handled.push(...messages));
      },
    };
    const stopping = new AbortController();
    const handler = sqsHandler(consumer, () => ({}) as Ctx);
    const polling = pollQueue({
      ...options,
      queue: "events-identity",
      handler,
      signal: stopping.signal,
    });
    await sqsQueue(options).send("events-identity", messagesOf(1, 666, 2, "malformed", 3));
    const dead: string[] = [];
    while (dead.length < 2) {
      const messages = await sqs.receive("events-identity-dlq", AbortSignal.timeout(20_000));
      dead.push(...messages.map(({ Body }) => Body));
    }
    expect(dead.toSorted()).toEqual(['"malformed"', "666"]);
    expect(handled.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    stopping.abort();
    await polling;
    await short.send(attributes({ VisibilityTimeout: "180" }));
  });
});

/** Refuses the first entry of a batch, so many times. */
async function refusing({ ours, times }: { ours: boolean; times: number }) {
  const Request = z.object({
    Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })),
  });
  const calls: string[][] = [];
  const server = createServer((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      const { Entries } = Request.parse(JSON.parse(String(Buffer.concat(chunks))));
      calls.push(Entries.map(({ MessageBody }) => MessageBody));
      const refused = { Id: "0", SenderFault: ours, Code: "Refused", Message: "no" };
      const Failed = calls.length <= times ? [refused] : [];
      response.setHeader("content-type", "application/x-amz-json-1.0");
      response.end(JSON.stringify({ Successful: [], Failed }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    calls,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

import type { Consumer } from "@netcheck/kernel/consumer";
import type { Ctx } from "@netcheck/kernel/ctx";
import type { SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import * as z from "zod";

import { eventOf } from "./sqs-record.ts";
import { sqsHandler } from "./sqs.ts";

const Message = z.object({ n: z.number(), requestId: z.string().optional() });
type Message = z.output<typeof Message>;

const event = (...bodies: string[]): SQSEvent =>
  eventOf(
    { region: "eu-central-1", queue: "events" },
    bodies.map((Body, i) => ({ Body, MessageId: `m${i}`, ReceiptHandle: `r${i}` })),
  );

/** A handler that fails for `poison`, and what it was called with. */
function handler(...poison: number[]) {
  const calls: { requestId: string; numbers: number[] }[] = [];
  const consumer: Consumer<Ctx, typeof Message> = {
    name: "test",
    schema: Message,
    handle: async (ctx: Ctx, messages: Message[]) => {
      const numbers = messages.map(({ n }) => n);
      calls.push({ requestId: ctx.requestId, numbers });
      if (numbers.some((n) => poison.includes(n))) throw new Error("poison");
      await Promise.resolve();
    },
  };
  const handle = sqsHandler(consumer, (requestId) => ({ requestId }) as Ctx);
  return { calls, failed: async (e: SQSEvent) => (await handle(e)).batchItemFailures };
}

describe("the handler of a queue", () => {
  it("hands over in one call what came together", async () => {
    const { calls, failed } = handler();
    expect(await failed(event('{"n":1}', '{"n":2}', '{"n":3}'))).toEqual([]);
    expect(calls.map(({ numbers }) => numbers)).toEqual([[1, 2, 3]]);
  });

  it("tries each alone after a failure, and reports only the poison", async () => {
    const { calls, failed } = handler(2);
    const failures = await failed(event('{"n":1}', '{"n":2}', '{"n":3}'));
    expect(failures).toEqual([{ itemIdentifier: "m1" }]);
    expect(calls.map(({ numbers }) => numbers)).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  it("tries one that came alone once", async () => {
    const { calls, failed } = handler(1);
    expect(await failed(event('{"n":1}'))).toEqual([{ itemIdentifier: "m0" }]);
    expect(calls).toHaveLength(1);
  });

  it("reports what it cannot read and handles the rest", async () => {
    const { calls, failed } = handler();
    const failures = await failed(event("nonsense", '{"n":2}', '{"n":"3"}'));
    expect(failures).toEqual([{ itemIdentifier: "m0" }, { itemIdentifier: "m2" }]);
    expect(calls.map(({ numbers }) => numbers)).toEqual([[2]]);
  });

  it("calls nobody for an empty batch", async () => {
    const { calls, failed } = handler();
    expect(await failed(event())).toEqual([]);
    expect(await failed(event("nonsense"))).toHaveLength(1);
    expect(calls).toEqual([]);
  });

  it("takes the id of the request from the message, and the message's own where there is none", async () => {
    const { calls, failed } = handler();
    await failed(event('{"n":1,"requestId":"r-1"}'));
    await failed(event('{"n":2}'));
    expect(calls.map(({ requestId }) => requestId)).toEqual(["r-1", "m0"]);
  });
});

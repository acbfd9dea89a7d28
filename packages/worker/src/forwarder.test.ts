import type { Refused } from "@netcheck/adapters/sqs-client";
import { expect, it } from "vitest";

import { forwarder } from "./forwarder.ts";

type Sending = { tags: number[]; accept: (refused?: Refused[]) => void; fail: () => void };

/** A forwarder whose sends are answered by the test, and what it did to the deliveries. */
function trial() {
  const sends: Sending[] = [];
  const done: string[] = [];
  const forward = forwarder({
    send: async (messages) => {
      const { promise, resolve, reject } = Promise.withResolvers<Refused[]>();
      const tags = messages.map(({ id }) => Number(id));
      sends.push({
        tags,
        accept: (refused = []) => resolve(refused),
        fail: () => reject(new Error("down")),
      });
      return await promise;
    },
    ack: ({ tag }, allUpTo) => done.push(allUpTo ? `ack ..${tag}` : `ack ${tag}`),
    discard: ({ tag }, reason) => done.push(`discard ${tag} ${reason}`),
    giveBack: ({ tag }) => done.push(`back ${tag}`),
    backOff: (failures) => {
      done.push(`wait ${failures}`);
      return Promise.resolve();
    },
    onError: () => done.push("error"),
  });
  const push = (...tags: number[]) => {
    for (const tag of tags) forward.push({ tag, body: String(tag) });
  };
  return { forward, sends, done, push, tags: () => sends.map((send) => send.tags) };
}

const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("sends at once what arrived together, in one batch", async () => {
  const { push, tags } = trial();
  push(1, 2, 3);
  expect(tags()).toEqual([]);
  await settled();
  expect(tags()).toEqual([[1, 2, 3]]);
});

it("[WRK-1] has in hand what is waiting or under way", async () => {
  const { forward, push, sends } = trial();
  push(1, 2);
  await settled();
  push(3);
  expect(forward.inHand()).toBe(3);
  sends[0]?.accept();
  await settled();
  expect(forward.inHand()).toBe(1);
  sends[1]?.accept();
  await settled();
  expect(forward.inHand()).toBe(0);
});

it("collects what arrives while a batch is under way, and sends it when that is in", async () => {
  const { push, sends, tags, done } = trial();
  push(1);
  await settled();
  push(2);
  push(3);
  await settled();
  expect(tags()).toEqual([[1]]);
  sends[0]?.accept();
  await settled();
  expect(tags()).toEqual([[1], [2, 3]]);
  expect(done).toEqual(["ack 1"]);
});

it("sends full batches beside the one under way, four at a time", async () => {
  const { push, tags, sends } = trial();
  push(...upTo(95));
  await settled();
  expect(tags()).toEqual([upTo(10), upTo(20, 11), upTo(30, 21), upTo(40, 31)]);
  sends[0]?.accept();
  await settled();
  expect(tags()).toHaveLength(5);
});

it("settles with one ack what comes first, and each alone when an earlier one is still open", async () => {
  const { push, sends, done } = trial();
  push(...upTo(20));
  await settled();
  sends[1]?.accept();
  await settled();
  expect(done).toEqual(upTo(20, 11).map((tag) => `ack ${tag}`));
  sends[0]?.accept();
  await settled();
  expect(done.slice(10)).toEqual(["ack ..10"]);
});

it("gives back what SQS did not take, after a pause that grows with the failures", async () => {
  const { push, sends, done } = trial();
  push(1, 2);
  await settled();
  sends[0]?.fail();
  await settled();
  push(3);
  await settled();
  sends[1]?.fail();
  await settled();
  expect(done).toEqual(["error", "wait 1", "back 1", "back 2", "error", "wait 2", "back 3"]);
});

it("throws out only what SQS never will take, and gives back only what it could not take now", async () => {
  const { push, sends, done } = trial();
  push(1, 2, 3, 4);
  await settled();
  sends[0]?.accept([
    { id: "2", ours: true, reason: "too odd" },
    { id: "3", ours: false, reason: "busy" },
  ]);
  await settled();
  expect(done).toEqual(["ack 1", "ack 4", "discard 2 too odd", "wait 1", "back 3"]);
});

it("keeps a batch below the size SQS takes", async () => {
  const { forward, tags, sends } = trial();
  for (const tag of upTo(5)) forward.push({ tag, body: "x".repeat(300_000) });
  await settled();
  expect(tags()).toEqual([[1, 2, 3]]);
  sends[0]?.accept();
  await settled();
  expect(tags()).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

it("is drained once nothing is waiting or under way", async () => {
  const { forward, push, sends } = trial();
  await forward.drained();
  push(1);
  let isDrained = false;
  const drained = forward.drained().then(() => {
    isDrained = true;
  });
  await settled();
  push(2);
  sends[0]?.accept();
  await settled();
  expect(isDrained).toBe(false);
  sends[1]?.accept();
  await drained;
});

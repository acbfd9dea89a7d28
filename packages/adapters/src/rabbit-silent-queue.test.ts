import { expect, it } from "vitest";

import { watchForSilence } from "./rabbit-silent-queue.ts";

const quorum = (name: string, messages?: number | null) => ({
  name,
  ...(messages !== undefined && { messages }),
  arguments: { "x-queue-type": "quorum" },
});

function watch() {
  const clock = { ms: 1_000 };
  return { clock, look: watchForSilence(() => clock.ms) };
}

it("names a queue that counted nothing at two looks, and no other", () => {
  const { clock, look } = watch();
  const classic = { name: "classic", arguments: { "x-queue-type": "classic" } };
  const queues = [quorum("good", 0), quorum("bad"), quorum("null", null), classic];
  expect(look(queues)).toEqual([]);
  clock.ms += 14_999;
  expect(look(queues)).toEqual([]);
  clock.ms += 1;
  expect(look(queues)).toEqual(["bad", "null"]);
});

it("one look is never enough, however long ago the last one was", () => {
  const { clock, look } = watch();
  expect(look([quorum("good", 0)])).toEqual([]);
  clock.ms += 3_600_000;
  expect(look([quorum("good", 0), quorum("new")])).toEqual([]);
});

it("forgets a queue that spoke, or was made again", () => {
  const { clock, look } = watch();
  look([quorum("good", 0), quorum("slow"), quorum("gone")]);
  clock.ms += 20_000;
  expect(look([quorum("good", 0), quorum("slow", 3)])).toEqual([]);
  expect(look([quorum("good", 0), quorum("slow"), quorum("gone")])).toEqual([]);
});

it("accuses nobody where nothing is counted at all", () => {
  const { clock, look } = watch();
  look([quorum("one"), quorum("two")]);
  clock.ms += 60_000;
  expect(look([quorum("one"), quorum("two")])).toEqual([]);
  expect(look([quorum("one", 0), quorum("two")])).toEqual([]);
});

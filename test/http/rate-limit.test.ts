import { type Bucket, bucketsOf } from "@netcheck/kernel/bucket";
import { askOf, takeFrom } from "@netcheck/kernel/rate-limit";
import { keysOf } from "@netcheck/kernel/redis-key";
import { beforeEach, describe, expect, it } from "vitest";

import { useWorld } from "../support/world.ts";

const bucketOf = bucketsOf(keysOf("test"));
const narrow = bucketOf({ name: "narrow", most: 4, windowSeconds: 60 }, "one");
const wide = bucketOf({ name: "wide", most: 100, windowSeconds: 60 }, "one");

describe("a limit", () => {
  const world = useWorld();
  beforeEach(() => world().emptyRedis());

  const take = (buckets: Bucket[], cost = 1) => takeFrom(world().platform, buckets, { cost });
  const lefts = async (...buckets: Bucket[]) => {
    const { levels, giveBack } = await take(buckets);
    await giveBack();
    return levels.map(({ left }) => left + 1);
  };

  it("[KRN-31] takes the cost from every bucket", async () => {
    const { levels } = await take([narrow, wide], 3);
    expect(levels.map(({ name, left, waitMs }) => [name, left, waitMs])).toEqual([
      ["narrow", 1, 0],
      ["wide", 97, 0],
    ]);
  });

  it("[KRN-31] takes from none where one has not enough, and says when it has", async () => {
    await take([narrow], 2);
    await expect(take([wide, narrow], 3)).rejects.toMatchObject({
      kind: "limited",
      code: "platform.limited",
      retryAfterSeconds: 15,
      message: "Too many attempts. Try again in 15 s.",
      headers: { "ratelimit-policy": '"narrow";q=4;w=60', ratelimit: '"narrow";r=2;t=15' },
    });
    expect(await lefts(narrow, wide)).toEqual([2, 100]);
    world().advance(15_000);
    expect((await take([wide, narrow], 3)).levels.map(({ left }) => left)).toEqual([97, 0]);
  });

  it("[KRN-31] refills evenly, and holds no more than it is", async () => {
    await take([narrow], 4);
    world().advance(14_999);
    await expect(take([narrow])).rejects.toMatchObject({ retryAfterSeconds: 1 });
    world().advance(1);
    await take([narrow]);
    world().advance(3_600_000);
    expect(await lefts(narrow)).toEqual([4]);
  });

  it("[KRN-31] is asked without being used", async () => {
    await askOf(world().platform, [narrow], { cost: 4 });
    expect(await lefts(narrow)).toEqual([4]);
    await expect(askOf(world().platform, [narrow], { cost: 5 })).rejects.toMatchObject({
      retryAfterSeconds: 15,
    });
  });

  it("[KRN-31] is counted for each of its owner's, and never with another owner's of its name", async () => {
    const limit = { name: "narrow", most: 4, windowSeconds: 60 };
    const others = bucketsOf(keysOf("tests"));
    await take([narrow], 4);
    expect(await lefts(bucketOf(limit, "two"), others(limit, "one"))).toEqual([4, 4]);
    await expect(take([bucketOf(limit, "one")])).rejects.toMatchObject({ kind: "limited" });
  });

  it("[KRN-31] is given back what came to nothing", async () => {
    const { giveBack } = await take([narrow, wide], 3);
    await giveBack();
    expect(await lefts(narrow, wide)).toEqual([4, 100]);
  });

  it("[KRN-31] that only tells refuses nobody, and is given back only what was taken", async () => {
    const telling = { ...narrow, onlyTells: true };
    await take([telling, wide], 4);
    const { levels, giveBack } = await take([telling, wide]);
    expect(levels.map(({ waitMs, left }) => [waitMs, left])).toEqual([
      [15_000, 0],
      [0, 95],
    ]);
    await giveBack();
    const next = await take([telling, wide]);
    expect(next.levels.map(({ waitMs, left }) => [waitMs, left])).toEqual([
      [15_000, 0],
      [0, 95],
    ]);
  });

  it("[KRN-31] is refused in its user's words", async () => {
    const refusal = () => ({ code: "tests.limited", detail: "Enough." });
    const asking = askOf(world().platform, [narrow], { cost: 8, refusal });
    await expect(asking).rejects.toMatchObject({
      code: "tests.limited",
      message: "Enough. Try again in 60 s.",
    });
  });

  it("[KRN-31] lets exactly its size through, however many come at once", async () => {
    const all = await Promise.allSettled(Array.from({ length: 9 }, () => take([wide, narrow])));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    expect(await lefts(wide)).toEqual([96]);
  });
});

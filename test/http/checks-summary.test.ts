import { beforeEach, describe, expect, it } from "vitest";

import { addAgents, answer, deliver, failure, removeAgents } from "../support/checks.ts";
import { useWorld } from "../support/world.ts";

describe("what a check says as a whole", () => {
  const world = useWorld();
  let token = "";
  let fleet: { id: string; name: string }[] = [];

  const checks = () => world().client(token).api.v1.checks;
  const start = async (type: "http" | "tcp") => {
    const response = await checks().$post({ json: { type, target: "example.com", port: 443 } });
    return (await response.json()).id;
  };
  const summaryOf = async (id: string) =>
    (await (await checks()[":id"].$get({ param: { id } })).json()).summary;
  const timed = (id: string, at: number, total: number, more: object = {}) =>
    answer(world(), id, fleet[at]?.id ?? "", { timings: { total }, ...more });

  beforeEach(async () => {
    await removeAgents(world());
    token = await world().tokenOf("operator");
    fleet = await addAgents(world(), "a", "b", "c", "d");
  });

  it("[CHK-14] NC-B-30 tcp equals what is worked out by hand", async () => {
    const id = await start("tcp");
    expect(await summaryOf(id)).toEqual({
      finished: 0,
      failed: 0,
      missing: 0,
      latencyMs: null,
      state: null,
    });
    await deliver(
      world(),
      timed(id, 0, 10.5),
      timed(id, 1, 40),
      timed(id, 2, 9.5),
      failure(world(), id, fleet[3]?.id ?? ""),
    );
    expect(await summaryOf(id)).toEqual({
      finished: 3,
      failed: 1,
      missing: 0,
      latencyMs: { min: 9.5, mean: 20, p95: 40, max: 40 },
      state: "partial",
    });
  });

  it("[CHK-14] NC-B-30 http counts status codes", async () => {
    const id = await start("http");
    await deliver(
      world(),
      timed(id, 0, 100, { statusCode: 200 }),
      timed(id, 1, 300, { statusCode: 404 }),
      timed(id, 2, 200, { statusCode: 200 }),
    );
    expect(await summaryOf(id)).toMatchObject({
      latencyMs: { min: 100, mean: 200, p95: 300, max: 300 },
      statusCodes: { 200: 2, 404: 1 },
    });
  });

  it("[CHK-6] [CHK-14] NC-B-30 a late answer counts in no aggregate", async () => {
    const id = await start("tcp");
    await deliver(world(), timed(id, 0, 10));
    world().advance(15_000);
    const before = await summaryOf(id);
    await deliver(world(), timed(id, 1, 1_000), failure(world(), id, fleet[2]?.id ?? ""));
    expect(await summaryOf(id)).toEqual(before);
    expect(before).toMatchObject({ finished: 1, missing: 3, state: "open" });
  });
});

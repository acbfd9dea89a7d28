import { MAX_MESSAGE_BYTES } from "@netcheck/wire/message";
import type { SQSEvent } from "aws-lambda";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { addAgents, answer, deliver } from "../support/checks.ts";
import { consumerOf } from "../support/consumer.ts";
import { useWorld } from "../support/world.ts";

const RUNS = { numRuns: 30 };

describe("results as hostile data", () => {
  const world = useWorld();
  let token = "";
  let agents: string[] = [];

  const checks = () => world().client(token).api.v1.checks;
  const start = async () => {
    const json = { type: "http", target: "example.com" } as const;
    const response = await checks().$post({ json });
    expect(response.status).toBe(202);
    return (await response.json()).id;
  };
  const read = async (id: string) => await checks()[":id"].$get({ param: { id } });
  const get = async (id: string) => await (await read(id)).json();
  /** As SQS hands them over; answers which are left in the queue. */
  const consume = async (bodies: readonly string[]) => {
    const records = bodies.map((body, i) => ({ messageId: String(i), body }));
    const handle = await consumerOf(world().platform, "agent-results");
    const { batchItemFailures } = await handle({ Records: records } as SQSEvent);
    return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
  };
  const bodyOf = (id: string, at: number, result: object = {}) =>
    JSON.stringify(answer(world(), id, agents[at] ?? "", result));
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

  beforeAll(async () => {
    agents = (await addAgents(world(), "a", "b", "c", "d")).map(({ id }) => id);
  });
  beforeEach(async () => {
    await world().emptyRedis();
    token = await world().tokenOf("operator");
  });

  it("[CHK-32] they come back as JSON alone, and no browser may see more in them", async () => {
    const id = await start();
    const script = "</script><script>alert(1)</script>";
    const tls = { subject: { CN: script } };
    const headers = {
      "content-type": "text/html",
      "set-cookie": "a=b; Domain=.test",
      "x-a": script,
    };
    await deliver(world(), answer(world(), id, agents[0] ?? "", { headers, body: script, tls }));
    const response = await read(id);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("set-cookie")).toBeNull();
    const { results } = await response.json();
    expect(results[0]?.result).toMatchObject({ headers, body: script, tls });
  });

  it("[CHK-33] whatever JSON an agent sends is taken, counts, and is read back", async () => {
    const json = fc.jsonValue({ depthSize: "medium", stringUnit: "binary" });
    const result = fc.dictionary(fc.string({ unit: "binary" }), json);
    await fc.assert(
      fc.asyncProperty(result, fc.webUrl(), async (some, finalUrl) => {
        await world().emptyRedis();
        token = await world().tokenOf("operator");
        const id = await start();
        expect(await consume([bodyOf(id, 0, { ...some, finalUrl })])).toEqual([]);
        const check = await get(id);
        expect(check).toMatchObject({ answered: 1, summary: { finished: 1 } });
        expect(check.results[0]?.result).toMatchObject({ finalUrl });
        const response = await checks().$get({ query: { limit: "1" } });
        expect(await response.json()).toMatchObject({ items: [{ id, answered: 1 }] });
      }),
      RUNS,
    );
  });

  it("[CHK-33] what nests too deep is cut and marked, and the answer counts", async () => {
    const id = await start();
    const more = { statusCode: 200, timings: { total: 7 }, deep: "DEEP" };
    const depths = [33, 1_000, 100_000];
    const bodies = depths.map((depth, at) => bodyOf(id, at, more).replace('"DEEP"', nested(depth)));
    expect(await consume(bodies)).toEqual([]);
    const check = await get(id);
    expect(check).toMatchObject({
      answered: 3,
      summary: { finished: 3, latencyMs: { max: 7 }, statusCodes: { 200: 3 } },
    });
    for (const { result } of check.results) {
      expect(result).toMatchObject({ statusCode: 200, truncated: true });
    }
  });

  it("[CHK-33] the largest message there is, in any shape, is taken", async () => {
    const id = await start();
    const size = MAX_MESSAGE_BYTES - 1_000;
    const bodies = [
      bodyOf(id, 0, { body: "x".repeat(size) }),
      bodyOf(id, 1, { body: "\0".repeat(size / 6) }),
      bodyOf(id, 2, { many: "MANY" }).replace('"MANY"', `[${"[],".repeat(size / 3 - 1)}[]]`),
      bodyOf(id, 3, Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i]))),
    ];
    expect(await consume(bodies)).toEqual([]);
    expect(await get(id)).toMatchObject({ status: "finished", answered: 4 });
  });

  it.each([
    ["no year", { startedAt: "0000-01-01T00:00:00Z" }],
    ["a zone beyond Postgres", { startedAt: "2026-01-01T00:00:00+23:59" }],
    [
      "text with NUL",
      {
        status: "failed",
        failureSource: "target",
        failedPhase: "tcp",
        error: { code: "a\0", message: "\ud800" },
      },
    ],
  ])("[CHK-33] an answer with %s counts", async (_, odd) => {
    const id = await start();
    const { response, ...rest } = answer(world(), id, agents[0] ?? "");
    const body = JSON.stringify({ ...rest, response: { ...response, ...odd } });
    expect(await consume([body])).toEqual([]);
    expect(await get(id)).toMatchObject({ answered: 1 });
  });

  it("[CHK-34] the poison of a batch is left behind alone", async () => {
    const arbitrary = fc.oneof(
      fc.json({ depthSize: "small" }),
      fc.string({ unit: "binary" }),
      fc.constantFrom("", "null", "[]", nested(100_000), '{"kind":"response"}'),
      fc.jsonValue().map((response) => {
        const sound = answer(world(), crypto.randomUUID(), agents[0] ?? "");
        return JSON.stringify({ ...sound, response });
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(arbitrary, { minLength: 1, maxLength: 6 }), async (poison) => {
        await world().emptyRedis();
        token = await world().tokenOf("operator");
        const id = await start();
        const good = [0, 1, 2, 3].map((at) => bodyOf(id, at));
        const left = await consume([...good.slice(0, 2), ...poison, ...good.slice(2)]);
        expect(left).toEqual(poison.map((_, i) => i + 2));
        expect(await get(id)).toMatchObject({ status: "finished", answered: 4 });
      }),
      RUNS,
    );
  });

  it("[CHK-34] an id in capitals does not hide the answers of others", async () => {
    const [theirs, mine] = [await start(), await start()];
    const [first = "", second = ""] = agents;
    const shouting = answer(world(), mine.toUpperCase(), first.toUpperCase(), { n: 1 });
    await deliver(world(), answer(world(), theirs, second), shouting);
    expect(await get(theirs)).toMatchObject({ answered: 1 });
    expect(await get(mine)).toMatchObject({ answered: 1 });
  });

  it("[CHK-5] [CHK-34] in capitals it is the same answer, and the first stands", async () => {
    const id = await start();
    const [first = ""] = agents;
    const again = answer(world(), id.toUpperCase(), first.toUpperCase(), { n: 2 });
    await deliver(world(), answer(world(), id, first, { n: 1 }), again);
    expect(await get(id)).toMatchObject({ answered: 1, results: [{ result: { n: 1 } }] });
  });

  it("[CHK-33] a request that nests without end is refused, not a crash", async () => {
    const send = (body: string) =>
      checks().$post(
        { json: { type: "tcp", target: "x" } },
        {
          init: { body },
          headers: { "content-type": "application/json", "idempotency-key": "deep" },
        },
      );
    const deep = nested(40_000);
    for (const place of [`"options":{"a":${deep}}`, `"locations":${deep}`, `"options":${deep}`]) {
      const refused = await send(`{"type":"tcp","target":"example.com","port":1,${place}}`);
      expect(refused.status).toBe(422);
    }
  });
});

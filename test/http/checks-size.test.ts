import { agent } from "@netcheck/agents/agent.sql";
import { MAX_MESSAGE_BYTES } from "@netcheck/wire/message";
import { beforeAll, describe, expect, it } from "vitest";

import { addAgents, answer, deliver } from "../support/checks.ts";
import { useWorld } from "../support/world.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LAMBDA_ANSWERS_BYTES = 6_291_556;

describe("[CHK-37] the largest answers there are", () => {
  const world = useWorld();
  let token = "";
  let agents: string[] = [];
  beforeAll(async () => {
    token = await world().tokenOf("operator");
    const names = Array.from({ length: 100 }, (_, i) => `agent-${i}`);
    agents = (await addAgents(world(), ...names)).map(({ id }) => id);
    const tags = Array.from({ length: 32 }, (_, i) => `${i}`.padEnd(64, "t"));
    await world().platform.db.update(agent).set({ tags });
  });

  /** With how many bytes it would be when a function hands it to Lambda: the body is a string there. */
  async function answered(path: string) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await world().request(path, { headers });
    expect(response.status).toBe(200);
    const text = await response.text();
    const handed = { statusCode: 200, headers: Object.fromEntries(response.headers), body: text };
    return { bytes: Buffer.byteLength(JSON.stringify(handed)), body: JSON.parse(text) };
  }

  const start = async (json: object) => {
    const response = await world().request("/api/v1/checks", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ type: "http", target: "example.com", ...json }),
    });
    expect(response.status).toBe(202);
    return ((await response.json()) as { id: string }).id;
  };

  it("a check that a hundred agents answered with all that a message holds, too late", async () => {
    const id = await start({});
    world().advance(30_000);
    const error = { code: "c".repeat(64), message: "\u0001".repeat(1_000) };
    const shapes = [
      { body: '"'.repeat(10_000), headers: { a: "\\".repeat(100_000) } },
      { answers: Array.from({ length: 2_000 }, () => ({ value: '"'.repeat(20) })) },
      Object.fromEntries(Array.from({ length: 15_000 }, (_, i) => [`k${i}`, i])),
    ];
    for (const [i, agentId] of agents.entries()) {
      const { response, ...rest } = answer(world(), id, agentId, shapes[i % shapes.length]);
      expect(JSON.stringify(response).length).toBeLessThan(MAX_MESSAGE_BYTES);
      const failed = { failureSource: "target", failedPhase: "tcp", error } as const;
      await deliver(world(), { ...rest, response: { ...response, ...failed, status: "failed" } });
    }
    const { bytes, body } = await answered(`/api/v1/checks/${id}`);
    expect(bytes).toBeLessThan(LAMBDA_ANSWERS_BYTES);
    expect(bytes).toBeGreaterThan(LAMBDA_ANSWERS_BYTES / 3);
    expect(body).toMatchObject({
      expected: 100,
      results: { length: 100 },
      missing: { length: 100 },
    });
    for (const { result, late } of body.results)
      expect([late, result.truncated]).toEqual([true, true]);
  });

  it("a page of checks that were asked with all that a request holds", async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [`x-${i}`, '"'.repeat(8_000)]),
    );
    const ids: string[] = [];
    for (let i = 0; i < 60; i++) ids.unshift(await start({ limit: 1, options: { headers } }));
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page = await answered(
        `/api/v1/checks?limit=100&status=pending${cursor && `&cursor=${cursor}`}`,
      );
      expect(page.bytes).toBeLessThan(LAMBDA_ANSWERS_BYTES);
      seen.push(...page.body.items.map((item: { id: string }) => item.id));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual(ids);
  });
});

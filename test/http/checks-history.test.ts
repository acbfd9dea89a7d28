import { ListChecks, pageQuery } from "@netcheck/checks/history";
import { PARTITIONS } from "@netcheck/checks/partition";
import { newId } from "@netcheck/kernel/id";
import { makePartitions } from "@netcheck/kernel/partition";
import { sql } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { addAgents, answer, deliver } from "../support/checks.ts";
import { useWorld } from "../support/world.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe("the history of checks", () => {
  const world = useWorld();
  let token = "";
  let other = "";
  let agentId = "";

  const checks = (as = token) => world().client(as).api.v1.checks;
  type Query = Parameters<ReturnType<typeof checks>["$get"]>[0]["query"];
  const start = async (json: object = {}, as = token) => {
    const asked = { type: "tcp", target: "example.com", port: 443 } as const;
    const response = await checks(as).$post({ json: { ...asked, ...json } });
    expect(response.status).toBe(202);
    return (await response.json()).id;
  };
  const list = async (query: Query = {}, as = token) => {
    const response = await checks(as).$get({ query });
    expect(response.status).toBe(200);
    return await response.json();
  };
  const idsOf = async (query: Query = {}, as = token) =>
    (await list(query, as)).items.map(({ id }) => id);
  const now = () => world().platform.now().toISOString();

  const signIn = async () => {
    token = await world().tokenOf("operator");
    other = await world().tokenOf("operator");
  };
  const pass = async (ms: number) => {
    world().advance(ms);
    await signIn();
  };

  beforeAll(async () => {
    [agentId = ""] = (await addAgents(world(), "only")).map(({ id }) => id);
  });
  beforeEach(signIn);

  it("[CHK-16] newest first, page by page, nothing twice and nothing left out", async () => {
    const made: string[] = [];
    for (let i = 0; i < 7; i++) {
      made.push(await start({ target: "pages.example.com" }));
      await pass(i === 3 ? DAY_MS : 1);
    }
    const seen: string[] = [];
    let cursor: string | null = "";
    for (let pages = 0; cursor !== null; pages++) {
      const query: Query = { target: "pages.example.com", limit: "3", ...(cursor && { cursor }) };
      const page = await list(query);
      expect(page.items.length).toBe(pages < 2 ? 3 : 1);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      await start({ target: "pages.example.com" });
    }
    expect(seen).toEqual(made.toReversed());
  });

  it("[CHK-16] an item says where the check stands, and leaves the results out", async () => {
    const id = await start({ target: "item.example.com" });
    await deliver(world(), answer(world(), id, agentId, { timings: { total: 4 } }));
    const [item] = (await list({ target: "item.example.com" })).items;
    expect(item).toMatchObject({
      id,
      type: "tcp",
      target: "item.example.com",
      status: "finished",
      expected: 1,
      answered: 1,
      summary: { finished: 1, failed: 0, missing: 0, latencyMs: { mean: 4 }, state: "open" },
    });
    expect(item).not.toHaveProperty("results");
    expect(item).not.toHaveProperty("createdBy");
  });

  it("[CHK-16] filters by type, target, and who started it", async () => {
    const target = "filters.example.com";
    const tcp = await start({ target });
    const http = await start({ target, type: "http" });
    const theirs = await start({ target }, other);
    expect(await idsOf({ target: "Filters.Example.COM" })).toEqual([theirs, http, tcp]);
    expect(await idsOf({ target, type: "http" })).toEqual([http]);
    expect(await idsOf({ target, createdBy: "me" })).toEqual([http, tcp]);
    expect(await idsOf({ target, createdBy: "me" }, other)).toEqual([theirs]);
  });

  it("[CHK-16] NC-B-21 filters by status as a read of each would tell it", async () => {
    const target = "status.example.com";
    const [second = ""] = (await addAgents(world(), "second")).map(({ id }) => id);
    const over = await start({ target });
    world().advance(15_000);
    const whole = await start({ target });
    const some = await start({ target });
    const none = await start({ target });
    const both = [agentId, second].map((id) => answer(world(), whole, id));
    await deliver(world(), ...both, answer(world(), some, agentId));
    expect(await idsOf({ target, status: "pending" })).toEqual([none]);
    expect(await idsOf({ target, status: "running" })).toEqual([some]);
    expect(await idsOf({ target, status: "finished" })).toEqual([whole, over]);
    world().advance(15_000);
    expect(await idsOf({ target, status: "finished" })).toEqual([none, some, whole, over]);
    expect(await idsOf({ target, status: "pending" })).toEqual([]);
    const statuses = (await list({ target })).items.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(["finished"]));
  });

  it("[CHK-16] between two instants, the first included, in any zone", async () => {
    const target = "dates.example.com";
    const from = now();
    const first = await start({ target });
    await pass(HOUR_MS);
    const to = now();
    await start({ target });
    expect(await idsOf({ target, from, to })).toEqual([first]);
    const inZone = new Date(Date.parse(to) + 3 * HOUR_MS).toISOString().replace("Z", "+03:00");
    expect(await idsOf({ target, from, to: inZone })).toEqual([first]);
    expect(await idsOf({ target, from: to, to: from })).toEqual([]);
    expect(await idsOf({ from: "0001-01-01T00:00:00Z", to: "1969-12-31T00:00:00Z" })).toEqual([]);
    expect(await idsOf({ target, to: "9999-12-31T23:59:59Z" })).toHaveLength(2);
  });

  it("[CHK-17] a page looks into the days that can hold a match, and no other", async () => {
    const daysIn = async (query: Query) => {
      const page = pageQuery(world().system(), ListChecks.parse(query));
      const explained = await world().platform.db.execute(sql`explain ${page}`);
      const names = JSON.stringify(explained).match(/check_(\d{8}|default)(?=[ "])/g) ?? [];
      return [...new Set(names)].toSorted();
    };
    const dateIn = (days: number) =>
      new Date(world().platform.now().getTime() + days * DAY_MS).toISOString().slice(0, 10);
    const partition = (days: number) => `check_${dateIn(days).replaceAll("-", "")}`;
    await makePartitions(world().system(), PARTITIONS);

    const all = await daysIn({});
    expect(all).toContain("check_default");
    expect(all.length).toBeGreaterThan(8);
    const [from, to] = [`${dateIn(1)}T00:00:00Z`, `${dateIn(3)}T00:00:00Z`];
    expect(await daysIn({ from, to })).toEqual([partition(1), partition(2)]);
    const cursor = newId<"check">(new Date(`${dateIn(1)}T12:00:00Z`));
    expect(await daysIn({ from, cursor })).toEqual([partition(1)]);
    expect(await daysIn({ cursor })).not.toContain(partition(2));
  });

  it.each([
    ["an unknown type", { type: "info" }],
    ["an unknown status", { status: "lost" }],
    ["more than a hundred", { limit: "101" }],
    ["an instant that is none", { from: "yesterday" }],
    ["somebody else", { createdBy: "you" }],
  ])("[CHK-18] %s is 422", async (_, query) => {
    const response = await checks().$get({ query: query as Query });
    expect(response.status).toBe(422);
  });

  it("[CHK-18] a cursor that no page gave out is 400", async () => {
    const response = await checks().$get({ query: { cursor: "nonsense" } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: "/problems/request.cursor" });
  });

  it("[CHK-12] a viewer reads the history, a stranger does not", async () => {
    expect((await checks(await world().tokenOf("viewer")).$get({ query: {} })).status).toBe(200);
    expect((await world().client().api.v1.checks.$get({ query: {} })).status).toBe(401);
  });

  it("[CHK-9] a poll of the history with the current ETag is 304", async () => {
    const first = await checks().$get({ query: {} });
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    expect((await checks().$get({ query: {} }, { headers })).status).toBe(304);
  });
});

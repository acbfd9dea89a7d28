import { openPostgres } from "@netcheck/adapters/postgres";
import { agent } from "@netcheck/agents/agent.sql";
import type { App } from "@netcheck/api/app";
import { wholeApp } from "@netcheck/api/whole-app";
import { recordDeliveries } from "@netcheck/checks/delivery";
import { newId } from "@netcheck/kernel/id";
import { outbox } from "@netcheck/kernel/outbox.sql";
import type { ResultDelivery } from "@netcheck/wire/delivery";
import { eq } from "drizzle-orm";
import { hc } from "hono/client";
import { beforeEach, describe, expect, it } from "vitest";

import {
  addAgents,
  answer as answerIn,
  deliver as deliverTo,
  removeAgents,
} from "../support/checks.ts";
import { useWorld } from "../support/world.ts";

describe("checks", () => {
  const world = useWorld();
  let token = "";
  let fleet: { id: string; name: string }[] = [];

  const checks = (as = token) => world().client(as).api.v1.checks;
  type Body = Parameters<ReturnType<typeof checks>["$post"]>[0]["json"];
  const post = (json: Partial<Body> = {}) =>
    checks().$post({ json: { type: "tcp", target: "example.com", port: 443, ...json } });
  const start = async (json: Partial<Body> = {}) => {
    const response = await post(json);
    expect(response.status).toBe(202);
    return await response.json();
  };
  const get = async (id: string) => await (await checks()[":id"].$get({ param: { id } })).json();
  const deliver = (...deliveries: ResultDelivery[]) => deliverTo(world(), ...deliveries);
  const answer = (checkId: string, agentId: string, more?: object) =>
    answerIn(world(), checkId, agentId, more);

  beforeEach(async () => {
    await removeAgents(world());
    token = await world().tokenOf("operator");
    fleet = await addAgents(world(), "berlin", "hamburg", "munich");
  });

  it("[CHK-1] [KRN-1] NC-B-20 every active agent is asked once, and the request is on its way", async () => {
    const { db } = world().platform;
    await addAgents(world(), "absent");
    await db.update(agent).set({ status: "inactive" }).where(eq(agent.name, "absent"));
    await addAgents(world(), "unable");
    await db
      .update(agent)
      .set({ capabilities: ["http"] })
      .where(eq(agent.name, "unable"));
    const check = await start();
    expect(check).toMatchObject({ status: "pending", expected: 3, truncated: false });
    const deadlineMs = Date.parse(check.deadlineAt) - Date.parse(check.createdAt);
    expect(deadlineMs).toBe(5_000 + 10_000);

    const [message] = world().queue.sent.slice(-1);
    expect(message?.queue).toBe("check-requests");
    const body = JSON.parse(message?.body ?? "");
    expect(body).toMatchObject({ type: "check.requested", data: { checkId: check.id, port: 443 } });
    expect(body.data.agentIds.toSorted()).toEqual(fleet.map(({ id }) => id).toSorted());
    const [event] = await db.select().from(outbox).where(eq(outbox.id, body.id));
    expect(event?.sentAt).not.toBeNull();
  });

  it("[CHK-1] locations choose, and the answer says where to look", async () => {
    const response = await post({ locations: [{ city: "munich" }] });
    const check = await response.json();
    expect(response.headers.get("location")).toBe(`/api/v1/checks/${check.id}`);
    expect(check.expected).toBe(1);
  });

  it("[CHK-2] nobody to ask is 422, and too many are cut", async () => {
    const nobody = await post({ locations: [{ tag: "nowhere" }] });
    expect(nobody.status).toBe(422);
    expect(await nobody.json()).toMatchObject({ type: "/problems/checks.no_agents" });
    expect(await start({ limit: 2 })).toMatchObject({ expected: 2, truncated: true });
  });

  it("[CHK-39] that nobody is left is told with how many there are, and what left nobody", async () => {
    const { db } = world().platform;
    await addAgents(world(), "unable");
    await db
      .update(agent)
      .set({ capabilities: ["ping"] })
      .where(eq(agent.name, "unable"));
    const nowhere = await post({ locations: [{ country: "DE", tag: "nowhere" }] });
    const facts = "4 agents are active, 3 of them can run tcp";
    const detail = `${facts}; of these in DE: 3, with the tag nowhere: 0.`;
    expect(await nowhere.json()).toMatchObject({
      detail,
      active: 4,
      capable: 3,
      errors: [{ at: "json.locations", message: detail }],
    });
    await db.update(agent).set({ capabilities: ["ping"] });
    const unable = await post();
    expect(await unable.json()).toMatchObject({ capable: 0, errors: [{ at: "json.type" }] });
  });

  it("[CHK-3] NC-B-21 pending, running, finished", async () => {
    const { id } = await start();
    expect(await get(id)).toMatchObject({
      status: "pending",
      answered: 0,
      missing: [],
      results: [],
    });
    const [first, second, third] = fleet.map((one) => answer(id, one.id));
    if (!first || !second || !third) throw new Error("three agents");
    await deliver(first);
    expect(await get(id)).toMatchObject({ status: "running", answered: 1, missing: [] });
    await deliver(second, third);
    const finished = await get(id);
    expect(finished).toMatchObject({ status: "finished", expected: 3, answered: 3, missing: [] });
    expect(finished.summary).toMatchObject({ finished: 3, failed: 0, missing: 0 });
    expect(finished.results[0]).toMatchObject({
      agent: { name: "berlin", country: "DE", city: "berlin" },
      status: "finished",
      late: false,
      durationMs: 12.5,
      result: { resolvedAddress: "192.0.2.1" },
    });
  });

  it("[CHK-4] NC-B-21 the missing are named with the reason the broker told", async () => {
    const { id } = await start();
    const [berlin, hamburg, munich] = fleet;
    if (!berlin || !hamburg || !munich) throw new Error("three agents");
    const untold = { kind: "undelivered", checkId: id, requestId: "request-of-test" } as const;
    await deliver(
      answer(id, berlin.id),
      { ...untold, agentId: hamburg.id, reason: "queue_full" },
      { ...untold, agentId: hamburg.id, reason: "expired" },
    );
    expect((await get(id)).status).toBe("running");
    world().advance(15_000);
    const over = await get(id);
    expect(over.status).toBe("finished");
    expect(over.missing.map(({ agent: { name }, reason }) => [name, reason])).toEqual([
      ["hamburg", "queue_full"],
      ["munich", "no_answer"],
    ]);
    expect(over.summary).toMatchObject({ finished: 1, failed: 0, missing: 2 });
    expect(over.results.map(({ status }) => status)).toEqual(["finished", "missing", "missing"]);
  });

  it("[CHK-5] NC-B-22 the first answer stands, within a batch and after it", async () => {
    const { id } = await start({ limit: 1 });
    const [berlin] = fleet;
    if (!berlin) throw new Error("an agent");
    await deliver(answer(id, berlin.id, { n: 1 }), answer(id, berlin.id, { n: 2 }));
    await deliver(answer(id, berlin.id, { n: 3 }));
    expect(await get(id)).toMatchObject({ answered: 1, results: [{ result: { n: 1 } }] });
  });

  it("[CHK-6] NC-B-22 a late answer is shown, counts in nothing and changes the ETag", async () => {
    const { id } = await start({ limit: 1 });
    world().advance(15_000);
    const before = await checks()[":id"].$get({ param: { id } });
    expect(await before.json()).toMatchObject({ status: "finished", answered: 0 });
    await deliver(answer(id, fleet[0]?.id ?? ""));
    const after = await checks()[":id"].$get({ param: { id } });
    expect(await after.json()).toMatchObject({
      status: "finished",
      answered: 0,
      missing: [{ reason: "no_answer" }],
      summary: { finished: 0, failed: 0, missing: 1 },
      results: [{ status: "finished", late: true }],
    });
    expect(after.headers.get("etag")).not.toBe(before.headers.get("etag"));
  });

  it("[CHK-7] an answer nobody asked for changes nothing", async () => {
    const { id } = await start({ locations: [{ city: "berlin" }] });
    const stranger = newId<"agent">(world().platform.now());
    await deliver(
      answer(id, stranger),
      answer(id, fleet[1]?.id ?? ""),
      answer(newId<"check">(world().platform.now()), fleet[0]?.id ?? ""),
    );
    expect(await get(id)).toMatchObject({ status: "pending", answered: 0, results: [] });
  });

  it("[CHK-7] an agent's answers of one batch are each for their own check, and none for one between", async () => {
    const one = async () => {
      world().advance(1);
      return (await start({ locations: [{ city: "berlin" }] })).id;
    };
    const ids = [await one(), await one(), await one()] as const;
    const berlin = fleet[0]?.id ?? "";
    await deliver(answer(ids[0], berlin, { n: 1 }), answer(ids[2], berlin, { n: 2 }));
    const found = await Promise.all(ids.map(get));
    expect(found.map(({ results }) => results.map(({ result }) => result))).toMatchObject([
      [{ n: 1 }],
      [],
      [{ n: 2 }],
    ]);
  });

  it("[CHK-8] text that Postgres cannot store is mended", async () => {
    const { id } = await start({ limit: 1 });
    const hostile = { body: "a\0b \ud800 \\u0000 \u{1f600}", ["key\0"]: "\udfff" };
    await deliver(answer(id, fleet[0]?.id ?? "", hostile));
    const { results } = await get(id);
    expect(results[0]?.result).toMatchObject({ body: "a\ufffdb \ufffd \\u0000 \u{1f600}" });
  });

  it("[CHK-9] a poll with the current ETag is 304, until an answer comes", async () => {
    const { id } = await start({ limit: 1 });
    const poll = (etag: string) =>
      checks()[":id"].$get({ param: { id } }, { headers: { "if-none-match": etag } });
    const etag = (await poll("")).headers.get("etag") ?? "";
    expect((await poll(etag)).status).toBe(304);
    await deliver(answer(id, fleet[0]?.id ?? ""));
    expect((await poll(etag)).status).toBe(200);
  });

  it.each([
    ["an unsupported type", { type: "info" }, "json.type"],
    ["an unknown field", { targett: "x" }, "json"],
    ["a type whose checker does not exist", { type: "udp" }, "json.type"],
    ["a port below all", { port: 0 }, "json.port"],
    ["a port above all", { port: 65_536 }, "json.port"],
    ["a port that is a part of one", { port: 80.5 }, "json.port"],
    ["no target", { target: "" }, "json.target"],
    ["what is no host", { target: "a b" }, "json.target"],
    ["what would be an option", { target: "-f" }, "json.target"],
    ["a URL for tcp", { target: "http://example.com/" }, "json.target"],
    ["an unknown option", { options: { retries: 3 } }, "json.options"],
    ["a timeout too long", { options: { timeoutMs: 600_000 } }, "json.options.timeoutMs"],
    ["a private target", { target: "192.168.1.1" }, "json.target"],
  ])("[CHK-10] [CHK-11] NC-B-24 NC-B-25 %s is 422 and says where", async (_, json, at) => {
    const response = await post(json as object);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ at }] });
  });

  it("[CHK-10] W-26 an address of IPv6 is itself, and a port may be left out where there is one", async () => {
    const six = await start({ type: "http", target: "2606:4700::1111", port: undefined });
    expect(six).toMatchObject({ target: "2606:4700::1111", port: 80 });
    expect(await start({ target: "[2606:4700::1111]:22", port: undefined })).toMatchObject({
      target: "2606:4700::1111",
      port: 22,
    });
  });

  it("[CHK-36] W-27 neither Postgres' time zone nor ours moves an instant", async () => {
    const url = new URL(world().databaseUrl);
    url.searchParams.set("options", "-c timezone=Pacific/Kiritimati");
    const { db, close } = openPostgres(url.href);
    const ours = process.env["TZ"];
    process.env["TZ"] = "America/Adak";
    try {
      const { id, createdAt, deadlineAt } = await start({ limit: 1 });
      const ctx = { ...world().system(), db };
      await recordDeliveries(ctx, [answer(id, fleet[0]?.id ?? "")]);
      const now = world().platform.now().toISOString();
      const client = hc<App>("http://netcheck.test", {
        fetch: wholeApp({ ...world().platform, db }).request,
        headers: { authorization: `Bearer ${token}` },
      });
      const read = await client.api.v1.checks[":id"].$get({ param: { id } });
      expect(await read.json()).toMatchObject({
        createdAt,
        deadlineAt,
        answered: 1,
        results: [{ late: false, startedAt: now, receivedAt: now }],
      });
      expect(createdAt).toBe(now);
      world().advance(15_000);
      expect(await get(id)).toMatchObject({ status: "finished", answered: 1 });
    } finally {
      process.env["TZ"] = ours ?? "";
      await close();
    }
  });

  it("[CHK-12] viewers read, operators start, strangers see nothing, and a missing check is 404", async () => {
    const { id } = await start();
    const viewer = await world().tokenOf("viewer");
    const json = { type: "tcp", target: "example.com", port: 1 } as const;
    expect((await checks(viewer)[":id"].$get({ param: { id } })).status).toBe(200);
    expect((await checks(viewer).$post({ json })).status).toBe(403);
    const stranger = world().client().api.v1.checks;
    expect((await stranger[":id"].$get({ param: { id } })).status).toBe(401);
    expect((await stranger.$post({ json })).status).toBe(401);
    const none = newId<"check">(world().platform.now());
    expect((await checks()[":id"].$get({ param: { id: none } })).status).toBe(404);
    expect((await checks()[":id"].$get({ param: { id: "nonsense" } })).status).toBe(422);
  });

  it("[CHK-13] results keep the agent's name after it is gone", async () => {
    const { id } = await start({ locations: [{ city: "berlin" }] });
    await deliver(answer(id, fleet[0]?.id ?? ""));
    await world().platform.db.delete(agent);
    expect((await get(id)).results[0]?.agent).toMatchObject({ name: "berlin", city: "berlin" });
  });
});

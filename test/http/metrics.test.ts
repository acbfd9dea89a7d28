import { spawnSync } from "node:child_process";

import { openPostgres } from "@netcheck/adapters/postgres";
import { recordHeartbeats } from "@netcheck/agents/presence";
import { loadCatalogue } from "@netcheck/api/all-metrics";
import { ALL } from "@netcheck/api/contexts";
import type { Platform } from "@netcheck/api/ctx-for";
import { wholeApp } from "@netcheck/api/whole-app";
import { outbox } from "@netcheck/kernel/outbox.sql";
import { count, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";

import { addAgents, answer, deliver, failure } from "../support/checks.ts";
import { readExposition } from "../support/exposition.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const hasPromtool = spawnSync("promtool", ["--version"]).error === undefined;
if (!hasPromtool)
  process.stderr.write(
    "SKIPPED: there is no promtool here to read /metrics; our own reader does.\n",
  );

const CATALOGUE = await loadCatalogue();
const COLLECTORS = ALL.flatMap(({ measures }) => Object.keys(measures));

describe("/metrics", () => {
  const world = useWorld();
  let viewer = "";
  let operator = "";
  beforeAll(async () => {
    [viewer, operator] = [await world().tokenOf("viewer"), await world().tokenOf("operator")];
  });

  const get = (token: string, platform: Platform = world().platform, path = "/metrics") =>
    wholeApp(platform).request(path, { headers: { authorization: `Bearer ${token}` } });

  async function scrape(platform?: Platform) {
    const response = await get(viewer, platform);
    expect(response.status).toBe(200);
    const families = readExposition(await response.text());
    return {
      names: families.map(({ name }) => name),
      series: (name: string) => families.find((one) => one.name === `netcheck_${name}`)?.series,
      /** By the values of the labels; a lone value is by nothing. */
      values: (name: string) => {
        const family = families.find((one) => one.name === `netcheck_${name}`);
        const all = family?.series.map(({ labels, value }) => [
          Object.values(labels).join(),
          value,
        ]);
        return Object.fromEntries(all ?? []) as Record<string, number>;
      },
    };
  }

  type Scrape = Awaited<ReturnType<typeof scrape>>;
  /** What the values have gained: the process may have counted for other files before. */
  const grown = (before: Scrape, after: Scrape, name: string) => {
    const old = before.values(name);
    const growth = Object.entries(after.values(name)).map(
      ([key, value]) => [key, value - (old[key] ?? 0)] as const,
    );
    return Object.fromEntries(growth.filter(([, by]) => by !== 0));
  };

  const beat = (agentId: string, secondsAgo: number) => {
    const at = new Date(world().platform.now().getTime() - secondsAgo * 1000).toISOString();
    const said = { v: 1 as const, at, version: "1", load: 0, running: 0, capabilities: ["tcp"] };
    return recordHeartbeats(world().system(), [{ agentId, receivedAt: at, heartbeat: said }]);
  };

  async function startCheck(timeoutMs: number, names: string[]) {
    const locations = names.map((tag) => ({ tag }));
    const json = { type: "tcp" as const, target: "example.com", port: 443, locations };
    const checks = world().client(operator).api.v1.checks;
    const response = await checks.$post({ json: { ...json, options: { timeoutMs } } });
    return (await response.json()).id;
  }

  it("[PLT-1] shows what the stores say, as a hand counts it", async () => {
    const [one, two, three] = (await addAgents(world(), "one", "two", "three")).map(({ id }) => id);
    if (!one || !two || !three) throw new Error("three were made");
    await beat(one, 80);
    await beat(two, 10);
    await beat(three, 70);
    await world().platform.db.update(outbox).set({ sentAt: world().platform.now() });
    await startCheck(1_000, ["one", "two", "three"]);
    const late = await startCheck(1_000, ["one", "two"]);
    world().advance(12_000);
    await deliver(world(), answer(world(), late, one));
    world().advance(12_000);
    await startCheck(30_000, ["one", "two", "three"]);
    const running = await startCheck(30_000, ["one", "two"]);
    const done = await startCheck(30_000, ["one"]);
    await deliver(world(), failure(world(), running, two), answer(world(), done, one));
    await world().platform.db.update(outbox).set({ sentAt: null });

    const { values } = await scrape();
    expect(values("agents")).toEqual({ setup: 0, active: 3, inactive: 0, paused: 0, revoked: 0 });
    // 90 s is the timeout: one was heard of 104 s ago, three 94 s ago.
    expect(values("agents_present")).toEqual({ "": 1 });
    expect(values("agents_oldest_heartbeat_age_seconds")).toEqual({ "": 104 });
    expect(values("agents_newest_heartbeat_age_seconds")).toEqual({ "": 34 });
    expect(values("checks_recent")).toEqual({ pending: 1, running: 1, finished: 3 });
    const results = { finished: 1, failed: 1, late: 1, missing: 4, waiting: 4 };
    expect(values("checks_recent_results")).toEqual(results);
    expect(values("partitions_ahead")).toEqual({ checks: 7, identity: 2 });
    expect(values("outbox_waiting")).toEqual({ "": 5 });
    expect(values("outbox_oldest_age_seconds")).toEqual({ "": 24 });
    expect(values("sessions_live")).toEqual({ "": 2 });
    world().advance(5 * 60_000 + 1);
    const later = await scrape();
    expect(later.values("checks_recent")).toEqual({ pending: 0, running: 0, finished: 0 });
  });

  it("[KRN-10] shows all of the catalogue and nothing else", async () => {
    const { names, series } = await scrape();
    // Shown once it was counted, for the code chooses its labels then.
    const isLasting = (name: string) => name !== "netcheck_consumer_malformed_total";
    const all = CATALOGUE.map(({ name }) => name);
    expect(names.filter(isLasting).toSorted()).toEqual(all.filter(isLasting).toSorted());
    for (const { name, labels } of CATALOGUE) {
      const keys = series(name.replace("netcheck_", ""))?.map((one) => Object.keys(one.labels));
      for (const key of keys?.flat() ?? []) expect([...Object.keys(labels), "le"]).toContain(key);
    }
  });

  it.runIf(hasPromtool)("[PLT-1] is what promtool takes for metrics", async () => {
    const input = await (await get(viewer)).text();
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input });
    expect(`${stdout.toString()}${stderr.toString()}`).toBe("");
    expect(status).toBe(0);
  });

  it("[KRN-10] counts requests by route, method and status, whatever a caller writes", async () => {
    const before = await scrape();
    for (let i = 0; i < 20; i++) {
      await get(viewer, undefined, `/nothing/${crypto.randomUUID()}"\\`);
      await get(viewer, undefined, `/api/v1/checks/${crypto.randomUUID()}`);
    }
    await wholeApp(world().platform).request("/health", { method: "PROPFIND" });
    const after = await scrape();
    expect(grown(before, after, "http_requests_total")).toEqual({
      "GET,none,404": 20,
      "GET,/api/v1/checks/:id,422": 20,
      "other,none,405": 1,
      "GET,/metrics,200": 1,
    });
    const timed = ({ series }: Scrape) =>
      series("http_request_duration_seconds")
        ?.filter(({ labels }) => labels["route"] === "/api/v1/checks/:id")
        .find(({ name }) => name.endsWith("_count"))?.value ?? 0;
    expect(timed(after) - timed(before)).toBe(20);
  });

  it("[KRN-9] [KRN-10] a repeat of an answer, and what was not delivered, are counted", async () => {
    const before = await scrape();
    const [agent] = await addAgents(world(), "again");
    const id = await startCheck(1_000, ["again"]);
    const once = answer(world(), id, agent?.id ?? "");
    await deliver(world(), once, once, once);
    const reason = "queue_full";
    const told = { agentId: once.agentId, requestId: once.requestId, checkId: id, reason } as const;
    await deliver(world(), { kind: "undelivered", ...told });
    const after = await scrape();
    expect(grown(before, after, "checks_repeated_answers_total")).toEqual({ "": 2 });
    expect(grown(before, after, "checks_undelivered_total")).toEqual({ queue_full: 1 });
  });

  it("[KRN-10] one process of many does not show what it has counted", async () => {
    const { names } = await scrape({ ...world().platform, isOneProcess: false });
    expect(names).toContain("netcheck_agents");
    expect(names.filter((name) => name.endsWith("_total"))).toEqual([]);
    expect(names).not.toContain("netcheck_http_request_duration_seconds");
  });

  it("[PLT-1] a key needs the scope, and so does nobody else's", async () => {
    const email = (await world().personWith("operator")).email;
    const login = await world()
      .client()
      .api.v1.auth.login.$post({ json: { email, password: PASSWORD } });
    const keys = world().client((await login.json()).accessToken).api.v1["api-keys"];
    const secretWith = async (scope: "metrics:read" | "checks:read") => {
      const made = await keys.$post({ json: { name: scope, scopes: [scope] } });
      return (await made.json()).secret;
    };
    expect((await get(await secretWith("metrics:read"))).status).toBe(200);
    expect((await get(await secretWith("checks:read"))).status).toBe(403);
  });

  it("[PLT-1] without Postgres, what Redis knows is shown, and what is absent says so", async () => {
    await get(viewer);
    const { db, close } = openPostgres("postgres://nobody@127.0.0.1:1/nothing");
    const { names, values } = await scrape({ ...world().platform, db });
    await close();
    const success = Object.fromEntries(COLLECTORS.map((one) => [one, one === "presence" ? 1 : 0]));
    expect(values("scrape_collector_success")).toEqual(success);
    expect(names).toContain("netcheck_agents_present");
    for (const absent of ["netcheck_agents", "netcheck_outbox_waiting", "netcheck_checks_recent"])
      expect(names).not.toContain(absent);
  });

  it("[PLT-1] what is slow is given up after 2 s, at the database too", async () => {
    await get(viewer);
    const { db } = world().platform;
    await using lock = new AsyncDisposableStack();
    const [locked, let_go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = db.transaction(async (tx) => {
      await tx.execute(sql`lock table kernel.outbox in access exclusive mode`);
      locked.resolve();
      await let_go.promise;
    });
    lock.defer(() => (let_go.resolve(), holding));
    await locked.promise;
    const startedAt = performance.now();
    const { values } = await scrape();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(values("scrape_collector_success")).toMatchObject({ outbox: 0, agents: 1, checks: 1 });
    const waiting = sql`pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    const stillThere = () => db.select({ many: count() }).from(waiting);
    await expect.poll(stillThere, { timeout: 2_000 }).toEqual([{ many: 0 }]);
  });
});

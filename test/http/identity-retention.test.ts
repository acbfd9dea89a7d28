import { runAll, SCHEDULES } from "@netcheck/api/schedules";
import { ListAudit, pageQuery } from "@netcheck/identity/audit";
import { auditRow } from "@netcheck/identity/audit-row";
import { audit } from "@netcheck/identity/identity.sql";
import { PARTITIONS } from "@netcheck/identity/partition";
import { newId } from "@netcheck/kernel/id";
import { makePartitions, periodsOf } from "@netcheck/kernel/partition";
import { periodOf, startOf, suffixOf } from "@netcheck/kernel/period";
import { dropOld } from "@netcheck/kernel/retention";
import { insertOf } from "@netcheck/kernel/write-from";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";

import { useWorld } from "../support/world.ts";

describe("how long the audit is kept", () => {
  const world = useWorld();
  let token = "";

  const db = () => world().platform.db;
  /** As the clock does it. */
  const keep = async (auditRetentionDays = 400) => {
    const platform = { ...world().platform, auditRetentionDays };
    for (const name of ["identity.partitions", "identity.retention"]) {
      const schedules = SCHEDULES.filter((schedule) => schedule.name === name);
      expect(schedules).toHaveLength(1);
      await runAll(platform, schedules);
    }
  };
  const month = () => periodOf("month", world().platform.now());
  const months = () => periodsOf(db(), PARTITIONS, audit.id);
  const record = async (action: `test.${string}`) =>
    await db().execute(insertOf(auditRow(world().system(), { action, subjectId: null })));
  const actions = async () => {
    const response = await world()
      .client(token)
      .api.v1.audit.$get({ query: { limit: "100" } });
    expect(response.status).toBe(200);
    const { items } = await response.json();
    return items.map(({ action }) => action).filter((action) => action.startsWith("test."));
  };
  /** To the start of a month that is so many ahead. */
  const leap = (many: number) =>
    world().advance(startOf("month", month() + many).getTime() - world().platform.now().getTime());
  const begin = async () => {
    leap(1);
    await keep();
    token = await world().tokenOf("admin");
  };

  beforeAll(begin);

  it("[IDN-39] [KRN-26] this month and two ahead are ready, with what was written before they were", async () => {
    leap(6);
    await record("test.stranded");
    expect(await months()).not.toContain(month());
    await Promise.all([keep(), keep()]);
    expect((await months()).filter((one) => one >= month())).toEqual(
      [0, 1, 2].map((ahead) => month() + ahead),
    );
    token = await world().tokenOf("admin");
    expect(await actions()).toEqual(["test.stranded"]);
    const place = sql<string>`tableoid::regclass::text`;
    const places = await db().selectDistinct({ place }).from(audit);
    expect(places.map((row) => row.place)).not.toContain("identity.audit_default");
  });

  it("[IDN-39] a page looks into the months that can hold a match, and no other", async () => {
    const monthsIn = async (query: Record<string, string>) => {
      const page = pageQuery(world().system(), ListAudit.parse(query));
      const explained = await db().execute(sql`explain ${page}`);
      const names = JSON.stringify(explained).match(/audit_(\d{6}|default)(?=[ "])/g) ?? [];
      return [...new Set(names)].toSorted();
    };
    const start = (ahead: number) => startOf("month", month() + ahead);
    const partition = (ahead: number) => `audit_${suffixOf("month", month() + ahead)}`;
    await keep();

    expect(await monthsIn({})).toEqual(expect.arrayContaining(["audit_default", partition(2)]));
    const [from, to] = [start(1).toISOString(), start(2).toISOString()];
    expect(await monthsIn({ from, to })).toEqual([partition(1)]);
    expect(await monthsIn({ from, to, action: "session.started" })).toEqual([partition(1)]);
    const cursor: string = newId<"audit">(new Date(start(2).getTime() - 1));
    expect(await monthsIn({ from, cursor })).toEqual([partition(1)]);
    expect(await monthsIn({ cursor })).not.toContain(partition(2));
  });

  it("[IDN-40] [KRN-26] a month goes once all of it is older than the retention", async () => {
    await begin();
    await record("test.first");
    const born = month();
    world().advance(startOf("month", born + 1).getTime() - world().platform.now().getTime() - 1);
    await record("test.last");
    world().advance(40 * 86_400_000);
    token = await world().tokenOf("admin");
    await keep(40);
    expect(await actions()).toEqual(expect.arrayContaining(["test.last", "test.first"]));
    world().advance(1);
    await Promise.all([keep(40), keep(40)]);
    expect(await actions()).toEqual([]);
    expect(Math.min(...(await months()))).toBe(born + 1);
  });

  it("[IDN-40] only a job of ours makes and drops it", async () => {
    const ctx = { ...world().system(), actor: { type: "nobody" } as const };
    const attempts = [makePartitions(ctx, PARTITIONS), dropOld(ctx, PARTITIONS)];
    for (const attempt of attempts)
      await expect(attempt).rejects.toMatchObject({ kind: "unauthenticated" });
  });
});

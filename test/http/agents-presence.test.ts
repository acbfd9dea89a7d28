import { recordHeartbeats, repairPresence, sweepAgents } from "@netcheck/agents/presence";
import { describe, expect, it } from "vitest";

import { delivered, useFleet } from "../support/fleet.ts";

describe("the presence of agents", () => {
  const fleet = useFleet();
  const { world, agents, registered, get, rowOf, beat, signIn } = fleet;
  const sweep = () => sweepAgents(world().system());

  it("[AGT-9] a beat counts by our clock, and an unchanged one writes nothing to Postgres", async () => {
    const { id } = await registered("beats");
    await beat(id, "2.0.0");
    const written = await rowOf(id);
    expect(written).toMatchObject({ version: "2.0.0", seenAt: world().platform.now() });
    world().advance(10_000);
    await beat(id, "2.0.0");
    expect(await rowOf(id)).toEqual(written);
    expect((await get(id)).lastSeenAt).toBe(world().platform.now().toISOString());
  });

  it("[AGT-9] of beats that come in the wrong order the newest holds", async () => {
    const { id } = await registered("disordered");
    const now = world().platform.now();
    const later = new Date(now.getTime() + 2_000);
    await recordHeartbeats(world().system(), [
      delivered(id, later, { version: "3.0.0" }),
      delivered(id, now, { version: "2.0.0" }),
    ]);
    await beat(id, "2.0.0");
    expect(await get(id)).toMatchObject({ version: "3.0.0", lastSeenAt: later.toISOString() });
  });

  it("[AGT-10] NC-B-17 silence for the timeout is inactive, and a beat brings it back", async () => {
    const silent = await registered("silent");
    const lively = await registered("lively");
    await sweep();
    world().advance(10_000);
    await beat(silent.id);
    const heardAt = world().platform.now().toISOString();
    world().advance(60_000);
    await beat(lively.id);
    world().advance(31_000);
    await sweep();
    expect(await get(silent.id)).toMatchObject({ status: "inactive", lastSeenAt: heardAt });
    expect((await get(lively.id)).status).toBe("active");
    await beat(silent.id);
    expect((await get(silent.id)).status).toBe("active");
  });

  it("[AGT-10] a beat delivered once more after its agent fell silent brings nobody back", async () => {
    const silent = await registered("redelivered");
    const lively = await registered("redelivered-other");
    const old = delivered(silent.id, world().platform.now());
    await recordHeartbeats(world().system(), [old]);
    world().advance(91_000);
    await beat(lively.id);
    await sweep();
    await recordHeartbeats(world().system(), [old]);
    expect((await get(silent.id)).status).toBe("inactive");
    await beat(silent.id);
    expect((await get(silent.id)).status).toBe("active");
  });

  it("[AGT-10] what fell out of Redis while active is found silent all the same", async () => {
    const { id } = await registered("dropped");
    const lively = await registered("dropped-other");
    const drop = "redis.call('ZREM', 'agents:beats', ARGV[1])";
    await world().platform.redis.eval(drop, [], [id]);
    await repairPresence(world().system());
    expect((await get(id)).lastSeenAt).toBe((await rowOf(id))?.seenAt?.toISOString());
    world().advance(91_000);
    await beat(lively.id);
    await sweep();
    expect((await get(id)).status).toBe("inactive");
  });

  it("[AGT-11] NC-B-40 an emptied Redis makes nobody inactive before one timeout has passed", async () => {
    const { id } = await registered("reseeded");
    const other = await registered("reseeded-other");
    await world().emptyRedis();
    world().advance(1_000_000);
    await signIn();
    await sweep();
    await sweep();
    expect((await get(id)).status).toBe("active");
    world().advance(91_000);
    await beat(other.id);
    await sweep();
    expect((await get(id)).status).toBe("inactive");
    expect((await get(other.id)).status).toBe("active");
  });

  it("[AGT-12] when the whole fleet falls silent the platform is blind and changes nothing", async () => {
    const { id } = await registered("blind");
    await beat(id);
    await sweep();
    world().advance(500_000);
    await sweep();
    expect((await get(id)).status).toBe("active");
    await registered("new-and-not-a-beat");
    await sweep();
    expect((await get(id)).status).toBe("active");
  });

  it("[AGT-12] a sweep of more than one batch leaves nobody out", async () => {
    const { db } = world().platform;
    await signIn();
    const lively = await registered("lively-among-many");
    await db.execute(manyActive(1_234));
    await repairPresence(world().system());
    world().advance(91_000);
    await beat(lively.id);
    await sweep();
    const query = { status: "active", name: "many-" } as const;
    const { items } = await (await agents().$get({ query })).json();
    expect(items).toEqual([]);
    await db.execute("delete from agents.agent where name like 'many-%'");
  });

  it("[AGT-19] how far its clock is ahead is shown, and its beat counts by ours", async () => {
    const { id } = await registered("clock");
    expect(await get(id)).toMatchObject({ clockOffsetMs: null });
    const now = world().platform.now();
    const ahead = new Date(now.getTime() + 3_600_000).toISOString();
    await recordHeartbeats(world().system(), [delivered(id, now, { at: ahead })]);
    expect(await get(id)).toMatchObject({
      clockOffsetMs: 3_600_000,
      lastSeenAt: now.toISOString(),
    });
    world().advance(1_000);
    const slow = new Date(now.getTime() - 59_000).toISOString();
    await recordHeartbeats(world().system(), [delivered(id, world().platform.now(), { at: slow })]);
    expect(await get(id)).toMatchObject({ clockOffsetMs: -60_000, clockJumpedAt: null });
  });

  it("[AGT-19] what it has learnt of its clock goes before what its beat shows of it", async () => {
    const { id } = await registered("clock-learnt");
    const clockJumpedAt = "2026-11-20T14:32:10.512Z";
    const beaten = delivered(id, world().platform.now());
    const heartbeat = { ...beaten.heartbeat, clockOffsetMs: 250, clockJumpedAt };
    await recordHeartbeats(world().system(), [{ ...beaten, heartbeat }]);
    expect(await get(id)).toMatchObject({ clockOffsetMs: 250, clockJumpedAt });
  });

  it("[AGT-20] a beat over HTTP counts like any other, and is the secret's agent's own", async () => {
    const { id, agentSecret } = await registered("over-http");
    const other = await registered("over-http-other");
    world().advance(91_000);
    await beat(other.id);
    await sweep();
    expect((await get(id)).status).toBe("inactive");
    const { heartbeat } = delivered(id, world().platform.now(), { version: "7.0.0" });
    const json = { ...heartbeat, agentId: other.id };
    const response = await agents(agentSecret).heartbeat.$post({ json });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    expect(await get(id)).toMatchObject({ status: "active", version: "7.0.0" });
    expect((await get(other.id)).version).toBe("1.0.0");
  });

  it("[AGT-20] beats over HTTP are few in each interval, each agent's for itself", async () => {
    const one = await registered("throttled");
    const other = await registered("not-throttled");
    const { heartbeat: json } = delivered(one.id, world().platform.now());
    const send = (secret: string) => agents(secret).heartbeat.$post({ json });
    expect((await send(one.agentSecret)).status).toBe(204);
    const limited = await send(one.agentSecret);
    expect(limited.status).toBe(429);
    expect(limited.headers.get("retry-after")).toBe("7");
    expect((await send(other.agentSecret)).status).toBe(204);
  });

  it("[AGT-20] nobody else's beat over HTTP is taken, nor one that breaks the wire", async () => {
    const { id, agentSecret } = await registered("strangers");
    const { heartbeat: json } = delivered(id, world().platform.now());
    const operator = await world().tokenOf("operator");
    expect((await agents("").heartbeat.$post({ json })).status).toBe(401);
    expect((await agents(operator).heartbeat.$post({ json })).status).toBe(401);
    expect((await agents("ncs_unknown").heartbeat.$post({ json })).status).toBe(401);
    const bad = { ...json, v: 2 as unknown as 1 };
    expect((await agents(agentSecret).heartbeat.$post({ json: bad })).status).toBe(422);
    await agents()[":id"].revoke.$post({ param: { id } });
    expect((await agents(agentSecret).heartbeat.$post({ json })).status).toBe(401);
  });
});

function manyActive(count: number) {
  return `insert into agents.agent (id, name, name_key, status, location, tags, queue, capabilities, created_at)
    select gen_random_uuid(), 'many-' || n, 'many-' || n, 'active', '{}', '{}', 'many-' || n, '{}', now()
    from generate_series(1, ${count}) as n`;
}

import { Settings } from "@netcheck/checks/settings";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";

import { addAgents } from "../support/checks.ts";
import { describedApp } from "../support/described.ts";
import { useWorld } from "../support/world.ts";

const Started = z.object({ id: z.string() });
const ASKED = { type: "tcp", target: "example.com", port: 443 };

describe("checks without signing in", () => {
  const world = useWorld();
  let agentId = "";

  type Asking = { json?: object; token?: string; address?: string; on?: boolean };
  const send = async (
    path: string,
    { json, token, address = "198.51.100.1", on = true }: Asking = {},
  ) =>
    await describedApp({ ...world().platform, anonymousChecks: on }).request(
      `/api/v1/checks${path}`,
      {
        method: json ? "POST" : "GET",
        headers: {
          "x-test-address": address,
          ...(token && { authorization: `Bearer ${token}` }),
          ...(json && { "content-type": "application/json" }),
        },
        ...(json && { body: JSON.stringify(json) }),
      },
    );
  const post = (more: object = {}, asking: Asking = {}) =>
    send("", { json: { ...ASKED, ...more }, ...asking });
  const idOf = async (response: Response) => Started.parse(await response.json()).id;

  beforeAll(async () => {
    const names = ["one", "two", "three", "four", "five", "six", "seven"];
    [agentId = ""] = (await addAgents(world(), ...names)).map(({ id }) => id);
  });
  beforeEach(() => world().emptyRedis());

  it("[CHK-29] are off unless a setting says otherwise", () => {
    const { ANONYMOUS_CHECKS } = Settings.shape;
    expect(ANONYMOUS_CHECKS.parse(undefined)).toBe(false);
    expect(ANONYMOUS_CHECKS.parse("on")).toBe(true);
    expect(ANONYMOUS_CHECKS.safeParse("true").success).toBe(false);
  });

  it("[CHK-29] are refused when off, as every request without a session", async () => {
    const id = await idOf(await post());
    expect((await post({}, { on: false })).status).toBe(401);
    expect((await send(`/${id}`, { on: false })).status).toBe(401);
  });

  it("[CHK-30] ask few agents, and nobody is told who else there is", async () => {
    const response = await post();
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ expected: 5, truncated: true });
    expect(await (await post({ limit: 2 })).json()).toMatchObject({ expected: 2 });
    expect((await send("")).status).toBe(401);
  });

  it("[CHK-30] may not choose an agent by its id, and may choose a place", async () => {
    const byId = await post({ locations: [{ agentId }] });
    expect(byId.status).toBe(422);
    expect(await byId.json()).toMatchObject({ type: "/problems/checks.anonymous" });
    expect((await post({ locations: [{ city: "two" }] })).status).toBe(202);
  });

  it("[CHK-30] look at nothing special, though others may", async () => {
    const local = { target: "127.0.0.1" };
    expect((await post(local)).status).toBe(422);
    const token = await world().tokenOf("operator");
    expect((await post(local, { token })).status).toBe(202);
  });

  it("[CHK-30] NC-B-31 a flood from one address is 429, and others are not its victims", async () => {
    const flood = await Promise.all(
      Array.from({ length: 8 }, (_, i) => post({ target: `f${i}.example.com`, limit: 4 })),
    );
    const passed = flood.filter(({ status }) => status === 202);
    const refused = flood.filter(({ status }) => status === 429);
    expect([passed.length, refused.length]).toEqual([5, 3]);
    expect(refused[0]?.headers.get("ratelimit-policy")).toBe('"anonymous";q=20;w=60');
    expect(refused[0]?.headers.get("ratelimit")).toMatch(/^"anonymous";r=0;t=(3|12)$/);
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await post({}, { address: "198.51.100.2" })).status).toBe(202);
    const token = await world().tokenOf("operator");
    expect((await post({}, { token })).status).toBe(202);
  });

  it("[CHK-30] who has nothing left is refused before anything is looked up", async () => {
    const nowhere = { locations: [{ tag: "nowhere" }] };
    expect((await post(nowhere)).status).toBe(422);
    for (let i = 0; i < 4; i++) expect((await post()).status).toBe(202);
    expect((await post(nowhere)).status).toBe(429);
  });

  it("[CHK-39] are told without numbers that nobody is left", async () => {
    const refused = await post({ locations: [{ country: "AQ" }] });
    const problem: unknown = await refused.json();
    expect(problem).toMatchObject({ detail: "No active agent fits this check." });
    expect(problem).not.toHaveProperty("active");
  });

  it("[CHK-30] NC-B-31 all addresses of one IPv6 subscriber are one", async () => {
    const from = (host: number) => ({ address: `2001:db8:1:2::${host.toString(16)}` });
    for (let i = 0; i < 4; i++) expect((await post({}, from(i))).status).toBe(202);
    expect((await post({}, from(99))).status).toBe(429);
    expect((await post({}, { address: "2001:db8:1:3::1" })).status).toBe(202);
  });

  it("[CHK-31] are read by who knows their id; what others started is not there", async () => {
    const id = await idOf(await post());
    expect((await send(`/${id}`, { address: "203.0.113.5" })).status).toBe(200);
    const token = await world().tokenOf("viewer");
    expect((await send(`/${id}`, { token })).status).toBe(200);
    const theirs = await idOf(await post({}, { token: await world().tokenOf("operator") }));
    const hidden = await send(`/${theirs}`);
    const missing = await send(`/${theirs.slice(0, -4)}0000`);
    expect([hidden.status, missing.status]).toEqual([404, 404]);
    expect(await hidden.text()).toBe(await missing.text());
  });

  it("[CHK-29] with a bad token nobody becomes nobody", async () => {
    expect((await post({}, { token: "nonsense" })).status).toBe(401);
  });

  it("[CHK-30] a viewer, who may not start checks, is not better off than nobody", async () => {
    expect((await post({}, { token: await world().tokenOf("viewer") })).status).toBe(403);
  });
});

import { authenticate } from "@netcheck/identity/bearer";
import { endSession } from "@netcheck/identity/session";
import { impersonate } from "@netcheck/identity/sign-in";
import { beforeAll, describe, expect, it } from "vitest";

import { PASSWORD, useWorld } from "../support/world.ts";

describe("the audit", () => {
  const world = useWorld();
  let token = "";
  let times: string[] = [];
  let person = { id: "", email: "" };

  const read = async (query: Record<string, string>) => {
    const response = await world().client(token).api.v1.audit.$get({ query });
    expect(response.status).toBe(200);
    return await response.json();
  };
  const login = (email: string, password: string) =>
    world().client().api.v1.auth.login.$post({ json: { email, password } });

  beforeAll(async () => {
    token = await world().tokenOf("admin");
    person = await world().personWith("operator");
    times = [];
    for (const password of [PASSWORD, "wrong password", PASSWORD]) {
      times.push(world().platform.now().toISOString());
      await login(person.email, password);
      world().advance(1_000);
    }
    await login("nobody@example.com", PASSWORD);
  });

  it("[IDN-34] newest first, with who it was, from where and by which request", async () => {
    const { items, nextCursor } = await read({ actor: person.id });
    expect(items.map(({ action, at }) => [action, at])).toEqual([
      ["session.started", times[2]],
      ["session.started", times[0]],
    ]);
    expect(items[0]).toMatchObject({
      actor: { type: "person", id: person.id, email: person.email },
      address: "192.0.2.1",
      requestId: expect.any(String) as string,
    });
    expect(nextCursor).toBeNull();
  });

  it("[IDN-41] a session that a job opens in somebody's name is on record as the job's, to its end", async () => {
    const { email } = await world().personWith("admin");
    const { accessToken } = await impersonate(world().system(), email);
    const { sessionId } = await authenticate(world().system(), accessToken);
    await endSession(world().system(), sessionId);
    const me = await world().client(accessToken).api.v1.users.me.$get();
    expect(me.status).toBe(401);
    const { items } = await read({ subject: sessionId });
    expect(items).toMatchObject([
      { action: "session.ended", actor: { type: "system", job: "test" } },
      { action: "session.started", actor: { type: "system", job: "test" } },
    ]);
  });

  it("[IDN-34] by action and by subject", async () => {
    const refused = await read({ action: "session.refused", subject: person.id });
    expect(refused.items).toMatchObject([
      { actor: { type: "nobody" }, details: { reason: "password" } },
    ]);
    const unknown = await read({ action: "session.refused" });
    expect(unknown.items[0]).toMatchObject({
      subjectId: null,
      details: { email: "nobody@example.com", reason: "unknown" },
    });
  });

  it("[IDN-34] by time, the end excluded", async () => {
    const [first = "", second = "", third = ""] = times;
    const subject = { actor: person.id };
    expect((await read({ ...subject, from: second })).items).toHaveLength(1);
    expect((await read({ ...subject, from: first, to: third })).items).toHaveLength(1);
    expect((await read({ ...subject, to: first })).items).toHaveLength(0);
  });

  it("[IDN-34] in pages that neither repeat nor miss", async () => {
    const whole = await read({ limit: "100" });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await read({ limit: "2", ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(whole.items.map(({ id }) => id));
  });

  it("[IDN-34] what is not a filter is refused", async () => {
    const get = async (query: Record<string, string>) =>
      (await world().client(token).api.v1.audit.$get({ query })).status;
    expect(await get({ actor: "me" })).toBe(422);
    expect(await get({ from: "yesterday" })).toBe(422);
    expect(await get({ limit: "101" })).toBe(422);
    expect(await get({ cursor: "no-such" })).toBe(400);
  });
});

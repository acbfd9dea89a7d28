import { openClient } from "@netcheck/client/client";
import { isProblem, Problem, Unreachable } from "@netcheck/client/problem";
import { beforeAll, describe, expect, it } from "vitest";

import { browserOf } from "../support/browser.ts";
import { addAgents, answer, deliver, removeAgents } from "../support/checks.ts";
import { describedApp } from "../support/described.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const URL_OF_TEST = "http://netcheck.test";

describe("the typed client", () => {
  const world = useWorld();
  let email = "";
  let token: string | undefined;

  const fetch = (input: string | URL | Request, init?: RequestInit) =>
    describedApp(world().platform).request(input, init);
  const client = (more: object = {}) =>
    openClient({ url: URL_OF_TEST, token: () => token, fetch, ...more });
  const refusal = (asked: Promise<unknown>) =>
    asked.then(
      () => undefined,
      (error: unknown) => error,
    );

  beforeAll(async () => {
    ({ email } = await world().personWith("operator"));
    const signedIn = await client().auth.login.$post({ json: { email, password: PASSWORD } });
    token = (await signedIn.json()).accessToken;
  });

  it("signs in, creates a key, asks a check and reads it", async () => {
    const json = { name: "typed", scopes: ["checks:write" as const, "checks:read" as const] };
    const { secret } = await (await client()["api-keys"].$post({ json })).json();
    const byKey = client({ token: () => secret });
    const [berlin] = await addAgents(world(), "berlin");
    const asked = await byKey.checks.$post({ json: { type: "ping", target: "example.com" } });
    const { id, expected } = await asked.json();
    await deliver(world(), answer(world(), id, berlin?.id ?? ""));
    const read = await byKey.checks[":id"].$get({ param: { id } });
    expect(await read.json()).toMatchObject({ status: "finished", answered: expected });

    const etag = read.headers.get("etag") ?? "";
    const again = byKey.checks[":id"].$get(
      { param: { id } },
      { headers: { "if-none-match": etag } },
    );
    expect((await again).status).toBe(304);
  });

  it("takes up a renewed token, and sends none where there is none", async () => {
    const kept = token;
    const mine = client();
    expect(await (await mine.users.me.$get()).json()).toMatchObject({ email });
    token = undefined;
    expect(await refusal(mine.users.me.$get())).toMatchObject({ code: "identity.unauthenticated" });
    token = kept;
    expect(await (await mine.users.me.$get()).json()).toMatchObject({ email });
  });

  it("throws a refusal with its code, its places and the request id", async () => {
    const json = { type: "tcp", target: "10.0.0.1", port: 22 } as const;
    const headers = { "x-request-id": "client-test-0001" };
    const error = await refusal(client().checks.$post({ json }, { headers }));
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({
      status: 422,
      code: "checks.target_refused",
      errors: [{ at: "json.target" }],
      retryAfterSeconds: undefined,
      requestId: "client-test-0001",
    });
  });

  it("[KRN-33] knows what a code says besides", async () => {
    await removeAgents(world());
    await addAgents(world(), "hamburg", "munich");
    const json = { type: "tcp", target: "example.com", port: 22 } as const;
    const locations = [{ country: "AQ" }];
    const error = await refusal(client().checks.$post({ json: { ...json, locations } }));
    if (!isProblem(error, "checks.no_agents")) throw new Error("It is another refusal.");
    const { active, capable }: { active?: number; capable?: number } = error.members;
    expect(error.members).toEqual({ active: 2, capable: 2 });
    expect([active, capable]).toEqual([2, 2]);
    expect(error.errors).toMatchObject([{ at: "json.locations" }]);
    expect(isProblem(error, "checks.target")).toBe(false);
    // @ts-expect-error It says nothing else.
    expect(error.members.candidates).toBeUndefined();
  });

  it("says when to come back", async () => {
    const json = { email: "nobody@example.com", password: "wrong" };
    for (let i = 0; i < 10; i++) await refusal(client().auth.login.$post({ json }));
    const error = await refusal(client().auth.login.$post({ json }));
    expect(error).toMatchObject({ status: 429, code: "platform.limited" });
    expect(error).toHaveProperty("retryAfterSeconds", expect.any(Number));
  });

  it("knows what is no problem of ours", async () => {
    const proxy = async () => new Response("<h1>Bad gateway</h1>", { status: 502 });
    const error = await refusal(client({ fetch: proxy }).users.me.$get());
    expect(error).toMatchObject({ status: 502, code: "http.502", detail: "The answer was 502." });
  });

  it("does not wait for ever, and lets the caller give up", async () => {
    const silent = (_: unknown, { signal }: RequestInit = {}) =>
      new Promise<Response>((_resolve, reject) => {
        const giveUp = () => reject(signal?.reason);
        if (signal?.aborted) giveUp();
        signal?.addEventListener("abort", giveUp, { once: true });
      });
    const waiting = client({ fetch: silent, timeoutMs: 10 });
    const error = await refusal(waiting.users.me.$get());
    expect(error).toBeInstanceOf(Unreachable);
    expect(error).toHaveProperty("cause.name", "TimeoutError");

    const giving = new AbortController();
    const options = { init: { signal: giving.signal } };
    const given = refusal(client({ fetch: silent }).users.me.$get(undefined, options));
    giving.abort();
    expect(await given).toHaveProperty("name", "AbortError");
  });

  it("takes an answer that stops half way for silence", async () => {
    const halfWay = async (_: unknown, { signal }: RequestInit = {}) => {
      const start = (body: ReadableStreamDefaultController) => {
        body.enqueue(new TextEncoder().encode('{"items":['));
        signal?.addEventListener("abort", () => body.error(signal.reason), { once: true });
      };
      return new Response(new ReadableStream({ start }));
    };
    const error = await refusal(client({ fetch: halfWay, timeoutMs: 10 }).users.me.$get());
    expect(error).toBeInstanceOf(Unreachable);
    expect(error).toHaveProperty("cause.name", "TimeoutError");
  });

  it("works for a page with cookies and its proof", async () => {
    const browser = browserOf(world().platform);
    const { csrfToken } = await browser.signIn({ email, password: PASSWORD });
    const page = client({
      token: undefined,
      csrfToken: () => csrfToken,
      fetch: (input: string | URL, { method = "GET", headers }: RequestInit = {}) => {
        const sent = Object.fromEntries(new Headers(headers));
        return browser.send(method, new URL(input).pathname, { headers: sent });
      },
    });
    const param = { id: "019aa1b2-c3d4-7e5f-8a9b-ffffffffffff" };
    const error = await refusal(page["api-keys"][":id"].$delete({ param }));
    expect(error).toMatchObject({ code: "key.not_found" });
  });
});

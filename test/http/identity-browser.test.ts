import { describe, expect, it } from "vitest";

import { browserOf, ORIGIN } from "../support/browser.ts";
import { describedApp } from "../support/described.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const AUTH = "/api/v1/auth";

describe("in a browser", () => {
  const world = useWorld();
  async function signedIn(role: "viewer" | "operator" = "operator") {
    const { email } = await world().personWith(role);
    const browser = browserOf(world().platform);
    return { browser, email, ...(await browser.signIn({ email, password: PASSWORD })) };
  }

  it("[IDN-13] NC-B-01 two cookies that no script reads; refresh's path covers refresh and logout", async () => {
    const { browser } = await signedIn();
    expect([...browser.jar.values()].map(({ text }) => text.replace(/=[^;]+/, ""))).toEqual([
      "__Host-netcheck_access; Max-Age=900; Path=/; HttpOnly; Secure; SameSite=Strict",
      "__Secure-netcheck_refresh; Max-Age=604800; Path=/api/v1/auth; HttpOnly; Secure; SameSite=Strict",
    ]);
    expect((await browser.get("/api/v1/users/me")).status).toBe(200);
    const before = browser.jar.get("__Secure-netcheck_refresh")?.value;
    const refreshed = await browser.post(`${AUTH}/refresh`);
    expect(refreshed.status).toBe(200);
    const body = await refreshed.json();
    expect(body).toHaveProperty("csrfToken");
    expect(body).not.toHaveProperty("refreshToken");
    expect(browser.jar.get("__Secure-netcheck_refresh")?.value).not.toBe(before);
  });

  it("[IDN-13] on plain http the cookies carry neither prefix nor Secure", async () => {
    const { email } = await world().personWith("viewer");
    const plain = { secureCookies: false, origins: ["http://127.0.0.1:8080"] };
    const browser = browserOf({ ...world().platform, ...plain });
    await browser.post(`${AUTH}/login`, {
      json: { email, password: PASSWORD },
      origin: "http://127.0.0.1:8080",
    });
    expect([...browser.jar.keys()]).toEqual(["netcheck_access", "netcheck_refresh"]);
    for (const { text } of browser.jar.values()) expect(text).not.toContain("Secure");
    expect((await browser.get("/api/v1/users/me")).status).toBe(200);
  });

  it("[IDN-14] NC-B-06 signing out works after the access token has expired, and may be repeated", async () => {
    const { browser, csrfToken, accessToken } = await signedIn();
    const stolen = browser.jar.get("__Secure-netcheck_refresh")?.value ?? "";
    browser.jar.delete("__Host-netcheck_access");
    const headers = { "x-csrf-token": csrfToken };
    expect((await browser.post(`${AUTH}/logout`, { headers })).status).toBe(204);
    expect(browser.jar.size).toBe(0);
    expect((await world().client(accessToken).api.v1.users.me.$get()).status).toBe(401);
    const reused = await browser.post(`${AUTH}/refresh`, { json: { refreshToken: stolen } });
    expect(reused.status).toBe(401);
    expect((await browser.post(`${AUTH}/logout`, { headers })).status).toBe(204);
  });

  it("[IDN-14] without anything, with nonsense and with a dead session it is 204 too", async () => {
    const { browser, csrfToken } = await signedIn();
    const kept = [...browser.jar];
    await browser.post(`${AUTH}/logout`, { headers: { "x-csrf-token": csrfToken } });
    for (const [name, cookie] of kept) browser.jar.set(name, cookie);
    expect((await browser.post(`${AUTH}/logout`)).status).toBe(204);
    expect(browser.jar.size).toBe(0);
    const stranger = browserOf(world().platform);
    expect((await stranger.post(`${AUTH}/logout`)).status).toBe(204);
    const authorization = "Bearer nonsense";
    expect((await stranger.post(`${AUTH}/logout`, { headers: { authorization } })).status).toBe(
      204,
    );
    const refreshToken = "ncr_unknown";
    expect((await stranger.post(`${AUTH}/logout`, { json: { refreshToken } })).status).toBe(204);
  });

  it("[IDN-14] an old access cookie stands in nobody's way", async () => {
    const { browser, email } = await signedIn();
    world().advance(16 * 60_000);
    expect((await browser.get("/api/v1/users/me")).status).toBe(401);
    const again = await browser.post(`${AUTH}/login`, { json: { email, password: PASSWORD } });
    expect(again.status).toBe(200);
  });

  it.each([
    ["no token", "none", ORIGIN, "identity.csrf"],
    ["another session's token", "other", ORIGIN, "identity.csrf"],
    ["no origin", "own", null, "identity.origin"],
    ["a foreign origin", "own", "https://evil.test", "identity.origin"],
    ["an opaque origin", "own", "null", "identity.origin"],
  ])("[IDN-15] a change by cookie with %s is 403", async (_, whose, origin, code) => {
    const { browser, csrfToken } = await signedIn();
    const { csrfToken: foreign } = await signedIn();
    const token = { none: "", own: csrfToken, other: foreign }[whose];
    const headers: Record<string, string> = token ? { "x-csrf-token": token } : {};
    for (const path of ["/api/v1/agents", `${AUTH}/logout`]) {
      const response = await browser.post(path, { headers, origin, json: {} });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ type: `/problems/${code}` });
    }
    expect((await browser.get("/api/v1/users/me")).status).toBe(200);
  });

  it("[IDN-15] with both, from our pages and those of ALLOWED_ORIGINS, it is done", async () => {
    const { browser, csrfToken } = await signedIn();
    const headers = { "x-csrf-token": csrfToken };
    const json = { name: "by cookie" };
    const ours = await browser.post("/api/v1/agents", { headers, json });
    expect(ours.status).toBe(201);
    const origin = "https://console.netcheck.test";
    const theirs = await browser.post("/api/v1/agents", { headers, origin, json: { name: "2nd" } });
    expect(theirs.status).toBe(201);
  });

  it("[IDN-15] with Authorization cookies do not count, neither for nor against", async () => {
    const { browser } = await signedIn();
    const wrong = { authorization: "Bearer nonsense" };
    expect((await browser.get("/api/v1/users/me", { headers: wrong })).status).toBe(401);
    const basic = { authorization: "Basic eDp5" };
    expect((await browser.get("/api/v1/users/me", { headers: basic })).status).toBe(401);
    expect((await browser.post(`${AUTH}/refresh`, { headers: basic })).status).toBe(401);
    const authorization = `Bearer ${await world().tokenOf("operator")}`;
    const response = await browser.post("/api/v1/agents", {
      headers: { authorization },
      json: { name: "by header" },
      origin: "https://evil.test",
    });
    expect(response.status).toBe(201);
  });

  it("[IDN-16] login and refresh refuse a foreign origin, and take none for no page", async () => {
    const { browser, email } = await signedIn();
    const json = { email, password: PASSWORD };
    const origin = "https://evil.test";
    expect((await browser.post(`${AUTH}/login`, { json, origin })).status).toBe(403);
    expect((await browser.post(`${AUTH}/refresh`, { origin })).status).toBe(403);
    expect((await browser.post(`${AUTH}/login`, { json, origin: null })).status).toBe(200);
    expect((await browser.post(`${AUTH}/refresh`, { origin: null })).status).toBe(200);
  });

  it("[IDN-16] only pages of ALLOWED_ORIGINS may read answers with credentials", async () => {
    const app = describedApp(world().platform);
    const ask = (origin: string, method = "OPTIONS") =>
      app.request("/api/v1/users/me", {
        method,
        headers: { origin, "access-control-request-method": "GET" },
      });
    const allowed = await ask("https://console.netcheck.test");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-credentials")).toBe("true");
    const open = allowed.headers.get("access-control-allow-headers")?.split(",");
    expect(open).toEqual(expect.arrayContaining(["if-none-match", "x-csrf-token"]));
    expect((await ask("https://evil.test")).headers.has("access-control-allow-origin")).toBe(false);
    // A refusal is an answer that a page must be able to read, too.
    const refused = await ask("https://console.netcheck.test", "GET");
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe(
      "https://console.netcheck.test",
    );
    expect(refused.headers.get("vary")).toContain("Origin");
    // What no page asked for may still come to one out of a cache.
    const plain = await app.request("/api/v1/users/me");
    expect(plain.headers.get("vary")).toContain("Origin");
    expect([...plain.headers.keys()].join()).not.toContain("access-control");
  });
});

import { describe, expect, it } from "vitest";

import { PASSWORD, useWorld } from "../support/world.ts";

describe("the OAuth2 password form", () => {
  const world = useWorld();
  const send = (fields: Record<string, string>, init: RequestInit = {}) =>
    world().request("/api/v1/auth/token", {
      method: "POST",
      body: new URLSearchParams(fields),
      ...init,
    });

  it("[IDN-17] answers as RFC 6749, 5.1, and never sets a cookie", async () => {
    const { email, id } = await world().personWith("viewer");
    const fields = { grant_type: "password", username: email, password: PASSWORD };
    const response = await send({ ...fields, scope: "" });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(response.headers.getSetCookie()).toEqual([]);
    const body = (await response.json()) as { access_token: string };
    expect(Object.keys(body).toSorted()).toEqual([
      "access_token",
      "expires_in",
      "refresh_token",
      "token_type",
    ]);
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 900 });
    const me = await world().client(body.access_token).api.v1.users.me.$get();
    expect(await me.json()).toMatchObject({ id });
  });

  it.each([
    ["another grant", { grant_type: "client_credentials" }, "unsupported_grant_type"],
    ["no grant", { username: "a@example.com", password: "x" }, "invalid_request"],
    ["no password", { grant_type: "password", username: "a@example.com" }, "invalid_request"],
    ["no e-mail", { grant_type: "password", username: "a", password: "x" }, "invalid_request"],
    [
      "a wrong password",
      { grant_type: "password", username: "a@example.com", password: "x" },
      "invalid_grant",
    ],
  ])("[IDN-17] %s is 400 as RFC 6749, 5.2", async (_, fields, error) => {
    const response = await send(fields as Record<string, string>);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      error,
      error_description: expect.any(String) as string,
    });
  });

  it("[IDN-17] a body of another type is invalid_request", async () => {
    const headers = { "content-type": "application/json" };
    const response = await send({}, { body: "{}", headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
  });
});

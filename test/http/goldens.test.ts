import { readFile } from "node:fs/promises";

import { recordDeliveries } from "@netcheck/checks/delivery";
import { CheckResponse, type CheckType } from "@netcheck/wire/message";
import { beforeEach, describe, expect, it } from "vitest";

import { readGoldens } from "../../packages/api/contract/golden.ts";
import { ORIGIN } from "../support/browser.ts";
import { addAgents, delivery } from "../support/checks.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const NOW = "2026-11-20T15:00:00.000Z";
const FOLDER = new URL("../fixtures/http/", import.meta.url);

type Exchange = {
  name: string;
  operation: string;
  about: string;
  method?: string;
  path: string;
  token?: string;
  json?: object;
  form?: Record<string, string>;
};

/** What is random or a person's is replaced by what is always the same, in the order in which it comes. */
function steadied() {
  const known = new Map<string, string>();
  const steady = (kind: string, made: (n: number) => string) => (found: string) => {
    const count = [...known.keys()].filter((one) => one.startsWith(kind)).length + 1;
    const value = known.get(`${kind} ${found}`) ?? made(count);
    known.set(`${kind} ${found}`, value);
    return value;
  };
  const id = steady("id", (n) => `019aa1b2-c3d4-7e5f-8a9b-${String(n).padStart(12, "0")}`);
  const secret = (found: string) => `${found.slice(0, 3)}_${"x".repeat(43)}`;
  return (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, id)
        .replaceAll(/nc[a-z]_[\w-]{20,}/g, secret)
        .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmVk")
        .replaceAll(/(?<="(?:csrfToken|password)":")[\w-]{20,}/g, "x".repeat(22))
        .replaceAll(/agent\.([0-9a-f-]{36})\.[0-9a-f]{24}/g, `agent.$1.${"0".repeat(24)}`)
        .replaceAll(/\w+-[0-9a-f-]{36}@example\.com/g, "ann@example.com"),
    );
}

describe("golden files of the API", () => {
  const world = useWorld();
  let steady = steadied();
  beforeEach(() => {
    steady = steadied();
  });

  async function record({ name, operation, about, method = "POST", path, ...asked }: Exchange) {
    const body = asked.json ? JSON.stringify(asked.json) : undefined;
    const response = await world().request(path, {
      method,
      headers: {
        origin: ORIGIN,
        "x-request-id": "a-request-of-yours",
        ...(asked.token && { authorization: `Bearer ${asked.token}` }),
        ...(body && { "content-type": "application/json" }),
      },
      ...(asked.form ? { body: new URLSearchParams(asked.form) } : { body: body ?? null }),
    });
    const answer = response.status === 204 ? undefined : await response.json();
    const request = asked.json ?? asked.form;
    const golden = { operation, about, request, status: response.status, response: answer };
    const text = `${JSON.stringify(steady(golden), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(new URL(`${name}.json`, FOLDER).pathname);
    return answer as Record<string, string>;
  }

  /** What the agent of this type's golden file says, of this check. */
  async function said(type: CheckType, status: string, checkId: string, agentId: string) {
    const file = new URL(`../fixtures/wire/${type}-${status}.json`, import.meta.url);
    const response = CheckResponse.parse(JSON.parse(await readFile(file, "utf8")));
    await recordDeliveries(world().system(), [
      delivery(world(), agentId, { ...response, id: checkId }),
    ]);
  }

  it("[PLT-2] people, keys and agents are as their files say", async () => {
    world().advance(Date.parse(NOW) - world().platform.now().getTime());
    const { email } = await world().personWith("admin");
    const form = { grant_type: "password", username: email, password: PASSWORD };
    const signedIn = await record({
      name: "sign-in",
      operation: "signIn",
      about: "A person signs in",
      path: "/api/v1/auth/login",
      json: { email, password: PASSWORD },
    });
    await record({
      name: "sign-in-wrong",
      operation: "signIn",
      about: "A wrong password",
      path: "/api/v1/auth/login",
      json: { email, password: "correct horse" },
    });
    await record({
      name: "grant-token",
      operation: "grantToken",
      about: "A tool signs in",
      path: "/api/v1/auth/token",
      form,
    });
    const token = signedIn["accessToken"] ?? "";
    await record({
      name: "get-me",
      operation: "getMe",
      about: "Who I am",
      method: "GET",
      path: "/api/v1/users/me",
      token,
    });
    await record({
      name: "create-user",
      operation: "createUser",
      about: "A colleague whose password is made here",
      path: "/api/v1/users",
      token,
      json: { email: "bob@example.com", role: "operator" },
    });
    await record({
      name: "create-api-key",
      operation: "createApiKey",
      about: "A key for a nightly job",
      path: "/api/v1/api-keys",
      token,
      json: { name: "nightly", scopes: ["checks:write", "checks:read"] },
    });
    const location = { country: "DE", city: "Berlin", asn: 64_496 };
    const agent = await record({
      name: "create-agent",
      operation: "createAgent",
      about: "An agent in Berlin",
      path: "/api/v1/agents",
      token,
      json: { name: "berlin-1", location, tags: ["edge"] },
    });
    const inFrance = { name: "paris-1", location: { country: "France" } };
    for (const [name, about, json] of [
      ["create-agent-taken", "A name that is taken", { name: "Berlin-1" }],
      ["create-agent-invalid", "A request that breaks the schema", inFrance],
    ] as const) {
      await record({ name, operation: "createAgent", about, path: "/api/v1/agents", token, json });
    }
    await record({
      name: "register-agent",
      operation: "registerAgent",
      about: "A program registers as this agent",
      path: "/api/v1/agents/register",
      json: {
        token: agent["enrollmentToken"],
        hostname: "probe-1.example.com",
        version: "1.4.0",
        capabilities: ["http", "tcp", "dns", "ping"],
      },
    });
    await record({
      name: "get-agent",
      operation: "getAgent",
      about: "An agent that is there",
      method: "GET",
      path: `/api/v1/agents/${agent["id"]}`,
      token,
    });
    await record({
      name: "update-agent",
      operation: "updateAgent",
      about: "It moves, and is tagged anew",
      method: "PATCH",
      path: `/api/v1/agents/${agent["id"]}`,
      token,
      json: { location: { country: "DE", city: "Hamburg" }, tags: ["edge", "fibre"] },
    });
    await record({
      name: "enroll-agent",
      operation: "enrollAgent",
      about: "It lost its secret",
      path: `/api/v1/agents/${agent["id"]}/enroll`,
      token,
    });
    await record({
      name: "list-agents",
      operation: "listAgents",
      about: "The agents with a tag",
      method: "GET",
      path: "/api/v1/agents?tag=fibre",
      token,
    });
  });

  it("[PLT-2] the life of an agent is as its files say", async () => {
    world().advance(Date.parse(NOW) - world().platform.now().getTime());
    const token = await world().tokenOf("operator");
    const { agent, session } = await registered("oslo-1", token);
    const heartbeat = new URL("../fixtures/wire/heartbeat.json", import.meta.url);
    await record({
      name: "open-agent-session",
      operation: "openAgentSession",
      about: "An agent starts",
      path: "/api/v1/agents/session",
      token: session["agentSecret"] ?? "",
    });
    await record({
      name: "send-heartbeat",
      operation: "sendHeartbeat",
      about: "An agent of another make beats over HTTP",
      path: "/api/v1/agents/heartbeat",
      token: session["agentSecret"] ?? "",
      json: JSON.parse(await readFile(heartbeat, "utf8")) as object,
    });
    for (const [verb, about] of [
      ["pause", "It is asked nothing for now"],
      ["resume", "It is asked again"],
      ["rotate", "Its next session brings a new secret"],
      ["revoke", "It is cut off for good"],
    ] as const)
      await record({
        name: `${verb}-agent`,
        operation: `${verb}Agent`,
        about,
        path: `/api/v1/agents/${agent["id"]}/${verb}`,
        token,
      });
  });

  async function registered(name: string, token: string) {
    const ask = async (path: string, json: object) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const body = JSON.stringify(json);
      const response = await world().request(path, { method: "POST", headers, body });
      return (await response.json()) as Record<string, string>;
    };
    const agent = await ask("/api/v1/agents", { name });
    const session = await ask("/api/v1/agents/register", {
      token: agent["enrollmentToken"],
      hostname: name,
      version: "1.4.0",
      capabilities: ["http", "tcp", "dns", "ping"],
    });
    return { agent, session };
  }

  it("[PLT-2] people's lists and changes are as their files say", async () => {
    world().advance(Date.parse(NOW) - world().platform.now().getTime());
    const token = await world().tokenOf("admin");
    const bob = await record({
      name: "create-viewer",
      operation: "createUser",
      about: "A colleague with a password of his own",
      path: "/api/v1/users",
      token,
      json: { email: "carol@example.com", role: "viewer", password: "correct horse battery" },
    });
    const one = `/api/v1/users/${bob["id"]}`;
    const asked = [
      ["get-user", "getUser", "One person", one],
      ["list-users", "listUsers", "The newest of the viewers", "/api/v1/users?role=viewer&limit=1"],
      ["list-sessions", "listSessions", "Where I am signed in", "/api/v1/auth/sessions"],
      ["list-audit", "listAudit", "What was last done", "/api/v1/audit?limit=1"],
    ] as const;
    const change = { operation: "updateUser", method: "PATCH", path: one, token };
    const [promoted, blocked] = [{ role: "operator" }, { role: "viewer", blocked: true }];
    await record({ ...change, name: "update-user", about: "A promotion", json: promoted });
    await record({ ...change, name: "block-user", about: "Out at once", json: blocked });
    // What is listed newest first has an order of its own only if the clock went on.
    world().advance(1_000);
    await record({
      name: "create-watching-key",
      operation: "createApiKey",
      about: "A key for Prometheus",
      path: "/api/v1/api-keys",
      token,
      json: { name: "prometheus", scopes: ["metrics:read"] },
    });
    for (const [name, operation, about, path] of [
      ...asked,
      [
        "list-api-keys",
        "listApiKeys",
        "An administrator sees everybody's keys",
        "/api/v1/api-keys",
      ],
    ] as const)
      await record({ name, operation, about, method: "GET", path, token });
  });

  it.each([
    ["http", { target: "https://example.com:8443/status?full=1" }],
    ["tcp", { target: "example.com", port: 443 }],
    ["dns", { target: "example.com", options: { recordType: "MX", resolver: "ns1.example.com" } }],
    ["ping", { target: "example.com", options: { packets: 3 } }],
  ] as const)(
    "[PLT-2] a check of %s is as its files say, and as agents do",
    async (type, asked) => {
      world().advance(Date.parse(NOW) - world().platform.now().getTime());
      const token = await world().tokenOf("operator");
      await world().emptyRedis();
      const names = [`berlin-${type}`, `hamburg-${type}`, `munich-${type}`];
      const [berlin, hamburg] = await addAgents(world(), ...names);
      const check = await record({
        name: `start-check-${type}`,
        operation: "startCheck",
        about: `Three agents look by ${type}`,
        path: "/api/v1/checks",
        token,
        json: { type, ...asked, locations: names.map((tag) => ({ tag })) },
      });
      const id = check["id"] ?? "";
      await said(type, "finished", id, berlin?.id ?? "");
      await said(type, "failed", id, hamburg?.id ?? "");
      world().advance(60_000);
      await record({
        name: `get-check-${type}`,
        operation: "getCheck",
        about: "One has looked, one could not, one said nothing",
        method: "GET",
        path: `/api/v1/checks/${id}`,
        token,
      });
      await record({
        name: `list-checks-${type}`,
        operation: "listChecks",
        about: `The newest of ${type}`,
        method: "GET",
        path: `/api/v1/checks?type=${type}&limit=1`,
        token,
      });
    },
  );

  it("[PLT-2] refusals of a check are as their files say", async () => {
    const token = await world().tokenOf("operator");
    const refused = (name: string, about: string, json: object) =>
      record({ name, operation: "startCheck", about, path: "/api/v1/checks", token, json });
    await refused("start-check-refused", "A target that is private", {
      type: "tcp",
      target: "10.0.0.1",
      port: 22,
    });
    await refused("start-check-nobody", "A place without agents", {
      type: "ping",
      target: "example.com",
      locations: [{ country: "AQ" }],
    });
    await record({
      name: "get-check-unknown",
      operation: "getCheck",
      about: "A check that is not there",
      method: "GET",
      path: "/api/v1/checks/019aa1b2-c3d4-7e5f-8a9b-ffffffffffff",
      token,
    });
  });

  it("[PLT-2] the first request for a check that is shown needs nothing but agents", async () => {
    world().advance(Date.parse(NOW) - world().platform.now().getTime());
    await world().emptyRedis();
    await addAgents(world(), "local-1", "local-2");
    const [name, about] = ["start-check-all", "Every agent there is looks"];
    const json = { type: "http", target: "https://example.com/" };
    const token = await world().tokenOf("operator");
    await record({ name, operation: "startCheck", about, path: "/api/v1/checks", token, json });
    const shown = readGoldens().filter(({ operation }) => operation === "startCheck");
    expect(shown[0]?.request).toEqual(json);
  });
});

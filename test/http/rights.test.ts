import { newSecret } from "@netcheck/kernel/secret";
import { beforeAll, describe, expect, it } from "vitest";

import { describedApp } from "../support/described.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const CALLERS = [
  "nobody",
  "a wrong key",
  "an expired token",
  "a viewer",
  "an operator",
  "an admin",
  "another person",
  "an agent",
  "a revoked agent",
] as const;

type Caller = (typeof CALLERS)[number];

/** Statuses in the order of `CALLERS`; the viewer owns what belongs to somebody. */
const EVERYBODY = (status: number) => CALLERS.map(() => status);
const PEOPLE = (status: number) => [401, 401, 401, status, status, status, status, 401, 401];
const OPERATORS = (status: number) => [401, 401, 401, 403, status, status, 403, 401, 401];
const ADMINS = (status: number) => [401, 401, 401, 403, 403, status, 403, 401, 401];
const OWNER = (status: number) => [401, 401, 401, status, 404, 404, 404, 401, 401];
const OWNER_OR_ADMIN = (status: number) => [401, 401, 401, status, 404, status, 404, 401, 401];
const AGENTS = (status: number) => [401, 401, 401, 401, 401, 401, 401, status, 401];
/** Whoever comes with credentials that open nothing is told so. */
const OPEN = (status: number) => [status, 401, 401, status, status, status, status, status, 401];

type Made = { id?: string; json?: unknown; form?: Record<string, string> };
type Row = { statuses: readonly number[]; make?: () => Promise<Made> | Made };

describe("rights", () => {
  const world = useWorld();
  const tokens = new Map<Caller, string>();
  const viewer = { id: "", email: "" };

  const api = (token?: string) => world().client(token).api.v1;
  const tokenOf = (caller: Caller) => tokens.get(caller) ?? "";
  const unique = () => crypto.randomUUID();

  beforeAll(async () => {
    const login = async (json: { email: string; password: string }) =>
      (await (await api().auth.login.$post({ json })).json()).accessToken;
    tokens.set("an expired token", await world().tokenOf("admin"));
    world().advance(16 * 60_000);
    Object.assign(viewer, await world().personWith("viewer"));
    tokens.set("a wrong key", newSecret("nck"));
    tokens.set("a viewer", await login({ email: viewer.email, password: PASSWORD }));
    tokens.set("an operator", await world().tokenOf("operator"));
    tokens.set("an admin", await world().tokenOf("admin"));
    tokens.set("another person", await world().tokenOf("viewer"));
    tokens.set("an agent", (await registered()).secret);
    const revoked = await registered();
    await api(tokenOf("an admin")).agents[":id"].revoke.$post({ param: { id: revoked.id } });
    tokens.set("a revoked agent", revoked.secret);
  });

  async function createdAgent() {
    const made = await api(tokenOf("an admin")).agents.$post({ json: { name: unique() } });
    return await made.json();
  }

  async function registered() {
    const { id, enrollmentToken: token } = await createdAgent();
    const json = { token, hostname: "h", version: "1", capabilities: ["tcp" as const] };
    const { agentSecret = "" } = await (await api().agents.register.$post({ json })).json();
    return { id, secret: agentSecret };
  }

  async function agentWithToken() {
    const { enrollmentToken: token } = await createdAgent();
    return { json: { token, hostname: "h", version: "1", capabilities: [] } };
  }

  async function check() {
    const json = { type: "tcp", target: "example.com", port: 443 } as const;
    const { id } = await (await api(tokenOf("an admin")).checks.$post({ json })).json();
    return { id };
  }

  async function sessionOfViewer() {
    const json = { email: viewer.email, password: PASSWORD };
    const { accessToken } = await (await api().auth.login.$post({ json })).json();
    const { sid } = await world().platform.tokens.verify(accessToken, world().platform.now());
    return { id: sid };
  }

  async function refreshTokenOfViewer() {
    const body = new URLSearchParams(form());
    const granted = await world().request("/api/v1/auth/token", { method: "POST", body });
    const { refresh_token: refreshToken } = (await granted.json()) as { refresh_token: string };
    return { json: { refreshToken } };
  }

  async function keyOfViewer() {
    const json = { name: "key", scopes: ["checks:read" as const] };
    const { id } = await (await api(tokenOf("a viewer"))["api-keys"].$post({ json })).json();
    return { id };
  }

  const form = () => ({ grant_type: "password", username: viewer.email, password: PASSWORD });
  const credentials = () => ({ json: { email: viewer.email, password: PASSWORD } });
  const someAgent = async () => ({ id: (await createdAgent()).id });
  const pausableAgent = async () => ({ id: (await registered()).id });
  const pausedAgent = async () => {
    const { id } = await registered();
    await api(tokenOf("an admin")).agents[":id"].pause.$post({ param: { id } });
    return { id };
  };
  const somePerson = async () => ({ id: (await world().personWith("viewer")).id });

  const TABLE: Record<string, Row> = {
    "GET /health": { statuses: EVERYBODY(200) },
    "GET /ready": { statuses: EVERYBODY(200) },
    "GET /metrics": { statuses: PEOPLE(200) },
    "GET /.well-known/jwks.json": { statuses: EVERYBODY(200) },
    "GET /openapi.json": { statuses: EVERYBODY(200) },
    "GET /docs": { statuses: EVERYBODY(200) },
    "GET /docs/scalar.js": { statuses: EVERYBODY(200) },

    "POST /api/v1/auth/login": { statuses: EVERYBODY(200), make: credentials },
    "POST /api/v1/auth/token": { statuses: EVERYBODY(200), make: () => ({ form: form() }) },
    "POST /api/v1/auth/refresh": { statuses: EVERYBODY(200), make: refreshTokenOfViewer },
    "POST /api/v1/auth/logout": { statuses: EVERYBODY(204), make: refreshTokenOfViewer },
    "POST /api/v1/auth/password": {
      statuses: PEOPLE(204),
      make: () => ({ json: { currentPassword: PASSWORD, newPassword: PASSWORD } }),
    },
    "GET /api/v1/auth/sessions": { statuses: PEOPLE(200) },
    "DELETE /api/v1/auth/sessions/:id": { statuses: OWNER(204), make: sessionOfViewer },

    "GET /api/v1/users/me": { statuses: PEOPLE(200) },
    "GET /api/v1/users": { statuses: ADMINS(200) },
    "POST /api/v1/users": {
      statuses: ADMINS(201),
      make: () => ({ json: { email: `${unique()}@example.com` } }),
    },
    "GET /api/v1/users/:id": { statuses: ADMINS(200), make: somePerson },
    "PATCH /api/v1/users/:id": {
      statuses: ADMINS(200),
      make: async () => ({ ...(await somePerson()), json: { role: "operator" } }),
    },
    "DELETE /api/v1/users/:id": { statuses: ADMINS(204), make: somePerson },

    "GET /api/v1/api-keys": { statuses: PEOPLE(200) },
    "POST /api/v1/api-keys": {
      statuses: PEOPLE(201),
      make: () => ({ json: { name: "key", scopes: ["checks:read"] } }),
    },
    "DELETE /api/v1/api-keys/:id": { statuses: OWNER_OR_ADMIN(204), make: keyOfViewer },
    "GET /api/v1/audit": { statuses: ADMINS(200) },

    "GET /api/v1/agents": { statuses: PEOPLE(200) },
    "POST /api/v1/agents": {
      statuses: OPERATORS(201),
      make: () => ({ json: { name: unique() } }),
    },
    "POST /api/v1/agents/register": { statuses: OPEN(200), make: agentWithToken },
    "POST /api/v1/agents/session": { statuses: AGENTS(200) },
    "POST /api/v1/agents/heartbeat": {
      statuses: AGENTS(204),
      make: () => ({
        json: {
          v: 1,
          at: world().platform.now().toISOString(),
          version: "1",
          load: 0,
          running: 0,
          capabilities: ["tcp"],
        },
      }),
    },
    "GET /api/v1/agents/:id": { statuses: PEOPLE(200), make: someAgent },
    "PATCH /api/v1/agents/:id": {
      statuses: OPERATORS(200),
      make: async () => ({ ...(await someAgent()), json: { tags: ["edge"] } }),
    },
    "DELETE /api/v1/agents/:id": { statuses: OPERATORS(204), make: someAgent },
    "POST /api/v1/agents/:id/pause": { statuses: OPERATORS(200), make: pausableAgent },
    "POST /api/v1/agents/:id/resume": { statuses: OPERATORS(200), make: pausedAgent },
    "POST /api/v1/agents/:id/rotate": { statuses: OPERATORS(200), make: pausableAgent },
    "POST /api/v1/agents/:id/enroll": { statuses: OPERATORS(200), make: someAgent },
    "POST /api/v1/agents/:id/revoke": { statuses: OPERATORS(200), make: someAgent },

    "POST /api/v1/checks": {
      statuses: OPERATORS(202),
      make: () => ({ json: { type: "tcp", target: "example.com", port: 443 } }),
    },
    "GET /api/v1/checks": { statuses: PEOPLE(200) },
    "GET /api/v1/checks/:id": { statuses: PEOPLE(200), make: check },
  };

  async function ask(route: string, made: Made, caller: Caller) {
    const [method = "", path = ""] = route.split(" ");
    const token = tokens.get(caller);
    const json = made.json === undefined ? undefined : JSON.stringify(made.json);
    const body = made.form ? new URLSearchParams(made.form) : json;
    return await world().request(path.replace(":id", made.id ?? ""), {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(json && { "content-type": "application/json" }),
      },
      ...(body && { body }),
    });
  }

  it("[IDN-36] every route of the app has its row, and every row its route", () => {
    const routes = describedApp(world().platform).routes;
    const own = routes.filter(({ method }) => method !== "ALL");
    const names = new Set(own.map(({ method, path }) => `${method} ${path}`));
    expect([...names].toSorted()).toEqual(Object.keys(TABLE).toSorted());
  });

  it.each(Object.entries(TABLE))("[IDN-36] [IDN-7] %s", async (route, { statuses, make }) => {
    const answers: [Caller, number][] = [];
    for (const caller of CALLERS) {
      const response = await ask(route, (await make?.()) ?? {}, caller);
      answers.push([caller, response.status]);
      if (response.status >= 400) {
        expect(response.headers.get("content-type")).toBe("application/problem+json");
      }
    }
    expect(answers).toEqual(CALLERS.map((caller, i) => [caller, statuses[i]]));
  });
});

import type { Role } from "@netcheck/kernel/role";
import { type Scope, SCOPES } from "@netcheck/kernel/scope";
import { newSecret } from "@netcheck/kernel/secret";
import { beforeAll } from "vitest";

import { PASSWORD, useWorld } from "./world.ts";

type Kind = {
  role?: Role;
  /** Which scopes, of all that an administrator can give. */
  key?: "own" | "foreign";
  isAgent?: true;
  /** Comes with credentials that open nothing. */
  isFalse?: true;
};

const caller = <N extends string>(name: N, kind: Kind = {}) => ({ name, ...kind });

/** Everybody who may turn up; the viewer owns what belongs to somebody. */
export const CALLERS = [
  caller("nobody"),
  caller("a wrong key", { isFalse: true }),
  caller("an expired token", { isFalse: true }),
  caller("a viewer", { role: "viewer" }),
  caller("an operator", { role: "operator" }),
  caller("an admin", { role: "admin" }),
  caller("another person", { role: "viewer" }),
  caller("a key with the context's scopes", { key: "own" }),
  caller("a key with one foreign scope", { key: "foreign" }),
  caller("an agent", { isAgent: true }),
  caller("a revoked agent", { isFalse: true }),
];

export type Caller = (typeof CALLERS)[number];
type Name = Caller["name"];

/** A world with all of them in it; `own` are the scopes of the context whose routes they ask. */
export function useCallers(own: readonly Scope[]) {
  const world = useWorld();
  const tokens = new Map<Name, string>();
  const viewer = { email: "", password: PASSWORD };

  const tokenOf = (name: Name) => tokens.get(name);
  const as = (name: Name) => world().client(tokenOf(name)).api.v1;

  const login = async () =>
    (await (await as("nobody").auth.login.$post({ json: viewer })).json()).accessToken;

  async function keyWith(scopes: readonly Scope[]) {
    const json = { name: crypto.randomUUID(), scopes: [...scopes] };
    return (await (await as("an admin")["api-keys"].$post({ json })).json()).secret;
  }

  async function createdAgent() {
    const json = { name: crypto.randomUUID() };
    return await (await as("an admin").agents.$post({ json })).json();
  }

  async function registeredAgent() {
    const { id, enrollmentToken: token } = await createdAgent();
    const json = { token, hostname: "h", version: "1", capabilities: ["tcp" as const] };
    const registered = await as("nobody").agents.register.$post({ json });
    const { agentSecret = "" } = await registered.json();
    return { id, secret: agentSecret };
  }

  beforeAll(async () => {
    tokens.set("an expired token", await world().tokenOf("admin"));
    world().advance(16 * 60_000);
    tokens.set("a wrong key", newSecret("nck"));
    ({ email: viewer.email } = await world().personWith("viewer"));
    tokens.set("a viewer", await login());
    tokens.set("an operator", await world().tokenOf("operator"));
    tokens.set("an admin", await world().tokenOf("admin"));
    tokens.set("another person", await world().tokenOf("viewer"));
    tokens.set("a key with the context's scopes", await keyWith(own));
    const foreign = SCOPES.filter((scope) => !own.includes(scope));
    tokens.set("a key with one foreign scope", await keyWith(foreign.slice(0, 1)));
    tokens.set("an agent", (await registeredAgent()).secret);
    const revoked = await registeredAgent();
    await as("an admin").agents[":id"].revoke.$post({ param: { id: revoked.id } });
    tokens.set("a revoked agent", revoked.secret);
  });

  return { own, world, viewer, tokenOf, as, login, createdAgent, registeredAgent };
}

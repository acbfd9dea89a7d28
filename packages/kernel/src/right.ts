import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { METHOD_NAME_ALL } from "hono/router";

import type { ApiEnv } from "./api-env.ts";
import type { Routes } from "./context.ts";
import type { Ctx } from "./ctx.ts";
import { Fault } from "./fault.ts";
import { requireActor, requireScope } from "./guard.ts";
import type { Scope } from "./scope.ts";

/**
 * Who may ask. A scope: whoever signed in or sends a key, and holds it. `signed-in`: the same without
 * a scope. `session`: in person, no key. `agent`: an agent by its secret. `anyone`: nobody in
 * particular, though credentials that open nothing are refused. `public`: credentials are not looked at.
 */
export type Access = Scope | "signed-in" | "session" | "agent" | "anyone" | "public";

/** Who may ask a route, and how much they may send. */
export type Right = {
  access: Access;
  /** Strangers may ask too, where a setting is on. */
  orNobody: boolean;
  maxBodyBytes: number;
};

type Options<C> = {
  /** Whether strangers may ask too. */
  orNobody?: (ctx: C) => boolean;
  /** 100 KiB unless said. */
  maxBodyBytes?: number;
};

const MAX_BODY_BYTES = 100 * 1024;
const RIGHT = Symbol("netcheck.right");

/**
 * The first handler of every route: finds out who asks, refuses who may not, and only then lets
 * anything of the body in, as far as it is not too large.
 */
export function may<C extends Ctx = Ctx>(access: Access, options: Options<C> = {}) {
  const { orNobody, maxBodyBytes = MAX_BODY_BYTES } = options;
  const limitBody = bodyOfAtMost(maxBodyBytes);
  const handler: MiddlewareHandler<ApiEnv<C>> = async (c, next) => {
    if (access !== "public") {
      const ctx = { ...c.var.ctx, actor: await c.var.identify() };
      const isWelcome = ctx.actor.type === "nobody" && orNobody?.(ctx) === true;
      c.set("ctx", isWelcome ? ctx : admitted(ctx, access));
    }
    return await limitBody(c, next);
  };
  const right: Right = { access, orNobody: orNobody !== undefined, maxBodyBytes };
  return Object.assign(handler, { [RIGHT]: right });
}

/** What the route that begins with this handler asks for. */
export function rightOf(handler: object | undefined) {
  return handler && isRight(handler) ? handler[RIGHT] : undefined;
}

/** A route that says nothing of who may ask it would be open to all. */
export function requireRights({ routes }: Routes) {
  const begun = new Set<string>();
  for (const { method, path, handler } of routes) {
    const name = `${method} ${path}`;
    const isMiddleware = method === METHOD_NAME_ALL && path.endsWith("*");
    if (isMiddleware || begun.has(name)) continue;
    if (!rightOf(handler)) throw new Error(`${name} does not begin with its right, may(…).`);
    begun.add(name);
  }
}

function isRight(handler: object): handler is { [RIGHT]: Right } {
  return RIGHT in handler;
}

/** The verbs say the same to callers that are no routes. */
function admitted<C extends Pick<Ctx, "actor">>(ctx: C, access: Exclude<Access, "public">): C {
  const isKey = ctx.actor.type === "key";
  if (access === "session" && isKey) {
    throw new Fault("forbidden", "identity.session_needed", "Sign in; a key may not do this.");
  }
  if (access === "anyone" || (access === "signed-in" && isKey)) return ctx;
  if (access === "agent") return requireActor(ctx, "agent");
  if (access === "session" || access === "signed-in") return requireActor(ctx, "person");
  return requireScope(ctx, access);
}

/** A length that was declared is what will be read, and spares a stream over the body. */
function bodyOfAtMost(maxBodyBytes: number): MiddlewareHandler {
  const refuseBody = () => {
    throw new Fault("too_large", "request.too_large", `Send at most ${maxBodyBytes} bytes.`);
  };
  const countBody = bodyLimit({ maxSize: maxBodyBytes, onError: refuseBody });
  return async (c, next) => {
    const { headers, method } = c.req.raw;
    const declared = headers.has("transfer-encoding") ? null : headers.get("content-length");
    if (declared === null && method !== "GET") return await countBody(c, next);
    if (Number(declared) > maxBodyBytes) refuseBody();
    return await next();
  };
}

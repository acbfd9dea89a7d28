import { ALL } from "@netcheck/api/contexts";
import { scopesOf } from "@netcheck/identity/role";
import { type Access, type Right, rightOf } from "@netcheck/kernel/right";
import { type Role, ROLES } from "@netcheck/kernel/role";
import { expect, it } from "vitest";

import { inputsOf } from "../../packages/api/contract/input.ts";
import { type Caller, CALLERS, type useCallers } from "./callers.ts";
import { describedApp } from "./described.ts";

/** What a route is asked with. */
type Made = { id?: string; json?: unknown; form?: Record<string, string> };

/** What of a route is true whatever the code says. */
type Row = {
  /** The least who may; a greater role may too. */
  who: "anyone" | "agent" | Role;
  /** It is about something of the viewer's: those who see it are no others than these. */
  whose?: "the owner's" | "the owner's or an admin's";
  /** Strangers too, where a setting is on. */
  orNobody?: true;
  make?: () => Promise<Made> | Made;
};

type Answer = "yes" | 401 | 403 | 404;

/** Asks every route of a context as everybody, and holds each right against the rows. */
export function itKeepsRights(
  context: string,
  callers: ReturnType<typeof useCallers>,
  rows: Record<string, Row>,
) {
  const { own, world, tokenOf } = callers;
  let opened: ReturnType<typeof describedApp> | undefined;

  function app() {
    opened ??= describedApp(world().platform);
    return opened;
  }

  function routes() {
    const all = app().routes.filter(({ method }) => method !== "ALL");
    return Map.groupBy(all, ({ method, path }) => `${method} ${path}`);
  }

  function handlersOf(route: string) {
    const handlers = (routes().get(route) ?? []).map(({ handler }) => handler);
    const right = rightOf(handlers[0]);
    if (!right) throw new Error(`${route} has no right.`);
    return { right, handlers };
  }

  async function send(route: string, id: string | undefined, who: Caller, init: RequestInit) {
    const [method = "", path = ""] = route.split(" ");
    const headers = new Headers(init.headers);
    const token = tokenOf(who.name);
    if (token) headers.set("authorization", `Bearer ${token}`);
    return await app().request(path.replace(":id", id ?? ""), { ...init, method, headers });
  }

  async function answersTo(asking: (who: Caller) => Promise<Response>) {
    const answers: [string, "yes" | number][] = [];
    for (const who of CALLERS) {
      const { ok, status, headers } = await asking(who);
      answers.push([who.name, ok ? "yes" : status]);
      if (!ok) expect(headers.get("content-type")).toBe("application/problem+json");
    }
    return answers;
  }

  it(`every route of ${context} has its row, and every row its route`, () => {
    const mine = [...routes().keys()].filter((route) => contextOf(route) === context);
    expect(mine.toSorted()).toEqual(Object.keys(rows).toSorted());
  });

  it.each(Object.entries(rows))("[IDN-7] %s", async (route, row) => {
    const { right } = handlersOf(route);
    expect([whoMay(right.access), right.orNobody]).toEqual([row.who, row.orNobody ?? false]);
    if (right.access.includes(":")) expect(own).toContain(right.access);
    const answers = await answersTo(async (who) => {
      const made = (await row.make?.()) ?? {};
      return await send(route, made.id, who, bodyOf(made));
    });
    expect(answers).toEqual(CALLERS.map((who) => [who.name, answerOf(who, row, right)]));
  });

  const taking = Object.entries(rows).filter(([route]) => !route.startsWith("GET "));
  it.each(taking)(
    "[KRN-19] [KRN-20] %s refuses before it looks at the body",
    async (route, row) => {
      const { right, handlers } = handlersOf(route);
      const { id } = (await row.make?.()) ?? {};
      const expected = (instead: number) =>
        CALLERS.map((who) => {
          const answer = answerOf(who, row, right);
          return [who.name, answer === "yes" || answer === 404 ? instead : answer];
        });
      const large = "x".repeat(right.maxBodyBytes + 1);
      const tooLarge = await answersTo((who) => send(route, id, who, jsonOf(large)));
      expect(tooLarge).toEqual(expected(413));
      if (!inputsOf(handlers).has("json")) return;
      const rubbish = await answersTo((who) => send(route, id, who, jsonOf("{")));
      expect(rubbish).toEqual(expected(400));
    },
  );
}

function contextOf(route: string) {
  const [, path = ""] = route.split(" ");
  const isIn = (place: string) => path === place || path.startsWith(place.replace(/\/?$/, "/"));
  const places = ALL.flatMap(({ name, routes }) => Object.keys(routes).map((at) => ({ name, at })));
  // The longest: everything lies in `/`.
  const [found] = places.filter(({ at }) => isIn(at)).toSorted((a, b) => b.at.length - a.at.length);
  return found?.name;
}

/** The least who holds what the right names. */
function whoMay(access: Access): Row["who"] | undefined {
  if (access === "public" || access === "anyone") return "anyone";
  if (access === "agent") return "agent";
  if (access === "session" || access === "signed-in") return "viewer";
  return ROLES.find((role) => scopesOf(role).includes(access));
}

function answerOf(who: Caller, { who: least, whose }: Row, { access }: Right): Answer {
  const { name, role, key, isAgent, isFalse } = who;
  if (least === "anyone") return isFalse && access !== "public" ? 401 : "yes";
  if (least === "agent") return isAgent ? "yes" : 401;
  if (key) return isForKey(access, key) ? "yes" : 403;
  if (!role) return 401;
  if (ROLES.indexOf(role) < ROLES.indexOf(least)) return 403;
  const sees = name === "a viewer" || (whose === "the owner's or an admin's" && role === "admin");
  return whose === undefined || sees ? "yes" : 404;
}

function isForKey(access: Access, key: "own" | "foreign") {
  return access === "signed-in" || (access !== "session" && key === "own");
}

function bodyOf({ json, form }: Made): RequestInit {
  if (form) return { body: new URLSearchParams(form) };
  return json === undefined ? {} : jsonOf(JSON.stringify(json));
}

function jsonOf(body: string): RequestInit {
  return { body, headers: { "content-type": "application/json" } };
}

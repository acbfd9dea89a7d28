import type { Routes } from "@netcheck/kernel/context";
import type { Hono } from "hono";
import type { MergeSchemaPath } from "hono/types";

import { ALL, type AnyContext, type CONTEXTS, type UnionToIntersection } from "./contexts.ts";

/** Routes and the path they are mounted at. */
export type Mount = { base: string; routes: Routes };

/** The routes of these contexts, loaded. */
export async function loadRoutes(contexts: readonly AnyContext[] = ALL): Promise<Mount[]> {
  const loading = contexts.flatMap(({ routes }) =>
    Object.entries(routes).map(async ([base, load]) => ({ base, routes: await load() })),
  );
  return await Promise.all(loading);
}

type RoutesOf = (typeof CONTEXTS)[number]["routes"];
type SchemaAt<Base extends string, Load> = Load extends () => Promise<infer Routes>
  ? Routes extends Hono<infer _E, infer S, infer _B>
    ? MergeSchemaPath<S, Base>
    : never
  : never;
type SchemasOf<R> = R extends unknown
  ? { [Base in keyof R & string]: SchemaAt<Base, R[Base]> }[keyof R & string]
  : never;

/** What a client may ask, of all contexts together. */
export type Schemas = UnionToIntersection<SchemasOf<RoutesOf>>;

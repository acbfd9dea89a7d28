import type { ExtractSchema } from "hono/types";
import type * as z from "zod";

import type { FaultKind } from "./fault.ts";

/** A header of an answer that clients may rely on; `set-cookie` is for browsers. */
export type AnswerHeader =
  | "cache-control"
  | "etag"
  | "location"
  | "ratelimit"
  | "ratelimit-policy"
  | "set-cookie";

/** What a success looks like; `body` is every field that leaves. */
type Answer<Sent> = {
  means: string;
  body?: z.ZodType<Sent>;
  /** For what is not JSON. */
  contentType?: string;
  headers?: readonly AnswerHeader[];
};

/** One route, as its callers may rely on it. */
export type Operation<Sent = unknown, Code extends string = string> = {
  /** Generated clients name their functions by it: stable for ever. */
  id: string;
  summary: string;
  description?: string;
  /** Takes `Idempotency-Key`. */
  idempotent?: boolean;
  /** In place of the schema that the route validates with, where clients should see more of it. */
  body?: z.ZodType;
  /** A body of `application/x-www-form-urlencoded`. */
  form?: z.ZodType;
  answers: Readonly<Record<number, Answer<Sent>>>;
  /** Beyond those that its right and its input bring along. */
  refusals?: readonly Code[];
  /** What a field of the body or the query means, where its name does not say it. */
  fields?: Readonly<Record<string, string>>;
};

/** Extension members of a problem, each of which may be left out. */
type MemberSchemas = Readonly<Record<string, z.ZodType>>;

/** A stable code, its kind, when it is sent, and what it says besides. */
export type Problems = Readonly<
  Record<string, readonly [kind: FaultKind, means: string, members?: MemberSchemas]>
>;

type JsonOf<E> = E extends { outputFormat: "json"; output: infer Sent } ? Sent : never;

type RoutesOf<S> = {
  [Path in keyof S & string]: {
    [Method in keyof S[Path] & `$${string}`]: Method extends `$${infer Verb}`
      ? { key: `${Uppercase<Verb>} ${Path}`; endpoint: S[Path][Method] }
      : never;
  }[keyof S[Path] & `$${string}`];
}[keyof S & string];

/**
 * An operation for every route of these, and none besides. What a handler sends and its schema does not
 * name is an error of types; so is a schema that is not JSON of what the handler sends.
 */
export type Contract<App, Code extends string = string> = {
  readonly [R in RoutesOf<ExtractSchema<App>> as R["key"]]: Operation<JsonOf<R["endpoint"]>, Code>;
};

/** What a context says in the description of the API of what is mounted at one path. */
export type Chapter = {
  tag: string;
  /** Empty where another chapter has introduced the tag. */
  about: string;
  /** As its `context.ts` mounts it. */
  base: string;
  operations: Readonly<Record<string, Operation>>;
};

/** The chapter of what is mounted at `base`; `about` introduces its tag, once. */
export function chapter(
  base: string,
  tag: string,
  operations: Chapter["operations"],
  about = "",
): Chapter {
  return { base, tag, operations, about };
}

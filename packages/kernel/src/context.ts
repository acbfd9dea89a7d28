import type * as z from "zod";

import type { Consumer } from "./consumer.ts";
import type { Actor, Ctx } from "./ctx.ts";
import type { EventHandler } from "./event.ts";
import type { Metric, Sample } from "./metric.ts";
import type { Role } from "./role.ts";

/** Loaded when it is first needed: what a context says of itself costs a start nothing. */
type Later<T> = () => Promise<T>;

/** Routes of Hono, as far as who only mounts or describes them has to know. */
export type Routes = {
  readonly routes: readonly { method: string; path: string; handler: object }[];
};

/** A queue that the worker fills. How a function takes from it: batches of so many, so many at once. */
type Intake<C extends Ctx> = {
  consumer: Later<Consumer<C>>;
  batch: number;
  windowSeconds?: number;
  atOnce: number;
};

/** What is done by the clock. Safe to repeat and to run twice at once. */
export type Schedule<C extends Ctx = Ctx> = {
  name: string;
  everySeconds: number;
  /** It is given up after so long, 50 s unless said. */
  limitSeconds?: number;
  /** Asks Redis whether there is anything to do, before the database is woken; unless said, whether anybody has written. */
  asks?: Later<(ctx: C) => Promise<boolean>>;
  run: Later<(ctx: C) => Promise<unknown>>;
};

/** Settings of the environment, and what verbs see of them. */
type SettingsPart = { Settings: z.ZodObject; partOf: (settings: never) => object };

/** Everything that a context is to the rest of the house. Only names, and how to load the rest. */
export type Context<C extends Ctx = Ctx> = {
  name: string;
  /** Who holds a scope: that role and those above it. */
  scopes: Readonly<Record<string, { from: Role; means: string }>>;
  settings?: Later<SettingsPart>;
  /** Secrets that its requests and rounds need, beside those of everybody. */
  secrets?: readonly string[];
  /** Who shows a secret that begins so, with a `_` behind it; it throws for one that opens nothing. */
  credentials?: Readonly<Record<string, Later<(ctx: C, secret: string) => Promise<Actor>>>>;
  /** Packages with a binary of their own, which its functions bring along. */
  installs?: Readonly<Record<string, string>>;
  /** By the path they are mounted at. */
  routes: Readonly<Record<string, Later<Routes>>>;
  queues?: Readonly<Record<string, Intake<C>>>;
  /** The events it wants to hear of, each with all that is done about it. */
  subscriptions?: Readonly<Record<string, Later<readonly EventHandler<C>[]>>>;
  /** The events it tells, and the queues it fills itself. */
  emits: readonly string[];
  fills?: readonly string[];
  schedules: readonly Schedule<C>[];
  metrics: Later<Readonly<Record<string, Metric>>>;
  /** What the stores say at a moment, one for each store. */
  measures: Readonly<Record<string, Later<(ctx: C) => Promise<Sample[]>>>>;
};

/** Keeps the names that a context gives as they are, for the types that are made of them. */
export function describe<C extends Ctx>() {
  return <const T extends Context<C>>(context: T): T & { readonly ctx?: C } => context;
}

import type * as z from "zod";

import type { Consumer } from "./consumer.ts";
import type { Actor, Ctx } from "./ctx.ts";
import type { EventHandler } from "./event.ts";
import type { Metric, Sample } from "./metric.ts";
import type { Kept } from "./retention.ts";
import type { Role } from "./role.ts";
import type { Later, Schedule } from "./schedule.ts";

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

/** Settings of the environment, and what verbs see of them. */
type SettingsPart = { Settings: z.ZodObject; partOf: (settings: never) => object };

/** What every context says of itself. */
type Said<C extends Ctx> = {
  name: string;
  /** Who holds a scope: that role and those above it. */
  scopes: Readonly<Record<string, { from: Role; means: string }>>;
  metrics: Later<Readonly<Record<string, Metric>>>;
  /** Cut into periods, which are made ahead, dropped when they are old, and measured. */
  partitions?: Later<Kept<C>>;
};

/** What it says if there is something to say. */
type Addable<C extends Ctx> = {
  /** Under `packages/`; its name unless said. */
  folder: string;
  settings: Later<SettingsPart>;
  /** Secrets that its requests and rounds need, beside those of everybody. */
  secrets: readonly string[];
  /** Who shows a secret that begins so, with a `_` behind it; it throws for one that opens nothing. */
  credentials: Readonly<Record<string, Later<(ctx: C, secret: string) => Promise<Actor>>>>;
  /** Packages with a binary of their own, which its functions bring along. */
  installs: Readonly<Record<string, string>>;
  queues: Readonly<Record<string, Intake<C>>>;
  /** The events it wants to hear of, each with all that is done about it. */
  subscriptions: Readonly<Record<string, Later<readonly EventHandler<C>[]>>>;
  /** The events it tells, and the queues it fills itself. */
  emits: readonly string[];
  fills: readonly string[];
  schedules: readonly Schedule<C>[];
  /** What the stores say at a moment, one for each store. */
  measures: Readonly<Record<string, Later<(ctx: C) => Promise<Sample[]>>>>;
};

/** By the path they are mounted at. */
type Mounted = Readonly<Record<string, Later<Routes>>>;

/** Everything that a context is to the rest of the house. Only names, and how to load the rest. */
export type Context<C extends Ctx = Ctx, R = Mounted> = Said<C> & Addable<C> & { routes: R };

/** Known to the compiler alone, for the types that are made of them. */
type Typed<C, S> = { readonly ctx?: C; readonly part?: S };

const NOTHING = {
  secrets: [],
  credentials: {},
  installs: {},
  queues: {},
  subscriptions: {},
  emits: [],
  fills: [],
};

const HOUR_SECONDS = 3_600;
const keeping = () => import("./partition-keeping.ts");
const noSettings = () => import("./no-settings.ts");

/** What a context says, whole: what it leaves out is empty. */
export function defineContext<C extends Ctx>() {
  return <const R extends Mounted, const S extends Later<SettingsPart> = typeof noSettings>(
    said: Said<C> & Partial<Addable<C>> & { routes: R; settings?: S },
  ): Context<C, R> & Typed<C, S> => {
    const { name, partitions, schedules = [], measures = {} } = said;
    const kept = partitions && keepingOf(name, partitions);
    return {
      ...NOTHING,
      folder: name,
      settings: noSettings,
      ...said,
      schedules: [...schedules, ...(kept?.schedules ?? [])],
      measures: { ...measures, ...kept?.measures },
    };
  };
}

/** What follows for a context whose tables are cut. */
function keepingOf<C extends Ctx>(context: string, load: Later<Kept<C>>) {
  const make = async () => (await keeping()).making(load);
  const drop = async () => (await keeping()).dropping(load);
  const measure = async () => (await keeping()).measuring(context, load);
  return {
    schedules: [
      { name: `${context}.partitions`, everySeconds: HOUR_SECONDS, run: make },
      { name: `${context}.retention`, everySeconds: HOUR_SECONDS, run: drop },
    ],
    measures: { [`${context}_partitions`]: measure },
  };
}

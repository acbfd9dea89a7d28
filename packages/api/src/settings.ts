import { readSettings } from "@netcheck/kernel/settings";
import * as z from "zod";

import { ALL, type AnyContext, type Parts } from "./contexts.ts";
import { Base } from "./env.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Every setting of the platform, or of some contexts of it. */
export async function settingsOf(contexts: readonly AnyContext[] = ALL): Promise<z.ZodObject> {
  return z.object({ ...Base.shape, ...(await ownSettings(contexts)).shape });
}

/**
 * Reads the environment; throws one TypeError that names every setting to mend. What is `withheld` may be
 * missing: verbs that need it say so. Of the parts there are those of the given contexts, and their
 * routes and consumers look at no others.
 */
export async function openSettings(
  env: Env,
  { contexts = ALL, withheld = [] }: { contexts?: readonly AnyContext[]; withheld?: string[] } = {},
): Promise<{ settings: Base; parts: Parts }> {
  const own = await ownSettings(contexts);
  const missing = withheld.filter((name) => name in own.shape && env[name] === undefined);
  const may: Record<string, true> = Object.fromEntries(missing.map((name) => [name, true]));
  const settings = readSettings(Base.and(own.partial(may)), env);
  const parts = await Promise.all(
    contexts.map(async (context) => (await context.settings()).partOf(settings as never)),
  );
  return { settings, parts: Object.assign({}, ...parts) as Parts };
}

/** What these contexts have to themselves. */
export async function ownSettings(contexts: readonly AnyContext[]): Promise<z.ZodObject> {
  const parts = await Promise.all(contexts.map(({ settings }) => settings()));
  const all = parts.flatMap(({ Settings }) => Object.entries(Settings.shape));
  return z.object(Object.fromEntries(all.filter(([name]) => !(name in Base.shape))));
}

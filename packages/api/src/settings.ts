import { readSettings } from "@netcheck/kernel/settings";
import * as z from "zod";

import { ALL, type AnyContext, type Parts } from "./contexts.ts";
import { Base } from "./env.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Every setting of the platform, or of some contexts of it. */
export async function settingsOf(contexts: readonly AnyContext[] = ALL): Promise<z.ZodObject> {
  const parts = await Promise.all(contexts.map(({ settings }) => settings()));
  const shapes = parts.map((part) => part.Settings.shape);
  return z.object(Object.assign({}, Base.shape, ...shapes));
}

/**
 * Reads the environment; throws one TypeError that names every setting to mend. What is `withheld` may be
 * missing: verbs that need it say so. Of the parts there are those of the given contexts, and their
 * routes and consumers look at no others.
 */
export async function openSettings(
  env: Env,
  { contexts = ALL, withheld = [] }: { contexts?: readonly AnyContext[]; withheld?: string[] } = {},
) {
  const schema = await settingsOf(contexts);
  const missing = withheld.filter((name) => name in schema.shape && env[name] === undefined);
  const may: Record<string, true> = Object.fromEntries(missing.map((name) => [name, true]));
  const read = readSettings(schema.partial(may), env);
  const parts = await Promise.all(
    contexts.map(async ({ settings }) => (await settings()).partOf(read as never)),
  );
  const settings = Base.partial({ AMQP_MANAGEMENT_URL: true }).parse(env);
  return { settings, parts: Object.assign({}, ...parts) as Parts };
}

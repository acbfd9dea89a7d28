import * as z from "zod";

import type { AnyContext } from "./contexts.ts";
import { Base } from "./env.ts";
import { ownSettings } from "./settings.ts";

const Meta = z.object({
  description: z.string(),
  /** Shown where there is no default. */
  example: z.string().optional(),
  /** On AWS: kept as a secret, or settled by the deployment; else an operator may give it. */
  onAws: z.enum(["secret", "settled"]).optional(),
});

/** A setting as it is shown to people. */
export type ShownSetting = z.output<typeof Meta> & {
  name: string;
  /** As it would be written; undefined if there is none. */
  fallback: string | undefined;
  isNeeded: boolean;
};

/** Of these contexts; of none, what belongs to nobody in particular. */
export async function shownSettings(contexts: readonly AnyContext[]): Promise<ShownSetting[]> {
  const { shape } = contexts.length === 0 ? Base : await ownSettings(contexts);
  return shown(shape);
}

function shown(shape: Readonly<Record<string, unknown>>) {
  return Object.entries(shape).map(([name, given]): ShownSetting => {
    const schema = z.instanceof(z.ZodType).parse(given);
    const parsed = Meta.safeParse(schema.meta());
    if (!parsed.success) throw new Error(`${name} needs a description in its schema's meta.`);
    const isNeeded = !schema.safeParse(undefined).success;
    return { name, fallback: fallbackOf(schema), isNeeded, ...parsed.data };
  });
}

/** The default as it stands in the schema, before anything is made of it. */
function fallbackOf(schema: z.core.$ZodType): string | undefined {
  if (schema instanceof z.ZodDefault) return String(schema.def.defaultValue);
  if (schema instanceof z.ZodPipe) return fallbackOf(schema.def.in);
  return undefined;
}

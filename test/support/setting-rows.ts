import { readSettings } from "@netcheck/kernel/settings";
import { expect, it } from "vitest";
import * as z from "zod";

type Row = {
  /** As the environment says it, and not what it is by default. */
  written: string;
  /** What verbs see of that, and would not see without it; what only opens an adapter is in test/settings.test.ts. */
  seen?: object;
  /** What cannot be read; a setting that takes any text has none. */
  refused?: string;
};

/** Holds that each setting of a context takes effect, and that a malformed one is named. */
export function itReadsSettings<S extends z.ZodObject>(
  {
    Settings,
    partOf,
  }: { Settings: S; partOf: (settings: z.output<S>) => object | Promise<object> },
  rows: Readonly<Record<Extract<keyof S["shape"], string>, Row>>,
) {
  const all = Object.entries<Row>(rows);
  const env = Object.fromEntries(all.map(([name, { written }]) => [name, written]));
  const read = (given: Readonly<Record<string, string | undefined>>) =>
    readSettings(Settings, { ...env, ...given });
  const partWith = async (given = {}) => await partOf(read(given));
  const isNeeded = (name: string) =>
    !z.instanceof(z.ZodType).parse(Settings.shape[name]).safeParse(undefined).success;

  it.each(all)("the setting %s takes effect", async (name, { seen }) => {
    if (seen) expect(await partWith()).toMatchObject(seen);
    if (isNeeded(name)) expect(() => read({ [name]: undefined })).toThrow(`  ${name}: `);
    else if (seen) expect(await partWith({ [name]: undefined })).not.toMatchObject(seen);
  });

  const picky = all.flatMap(([name, { refused }]) =>
    refused === undefined ? [] : [[name, refused] as const],
  );
  it.each(picky)("the setting %s is named where it is %j", (name, refused) => {
    expect(() => read({ [name]: refused })).toThrow(new RegExp(`^  ${name}[.:]`, "m"));
  });
}

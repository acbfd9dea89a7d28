import { readFile } from "node:fs/promises";

import { describe, expect, it } from "vitest";

import { EQUIVALENT, isMeant } from "./equivalent.ts";
import { applied, mutantsOf } from "./mutant.ts";
import { chosen } from "./sample.ts";

const VERB = `
const row = await transaction(acting, audit, async (tx) => {
  const live = and(eq(key.id, id), isNull(key.endedAt));
  const [owner] = await tx.select().from(person).where(mine).for("share");
  if (!owner) throw notFound("person");
  const ended = await tx.update(key).set({ endedAt }).where(live).returning();
  await emit(tx, acting, Ended, { id });
  return ended;
});`;

describe("mutants", () => {
  const made = (text: string) =>
    mutantsOf(text).map(({ kind, start, end, text: other }) => {
      return [kind, text.slice(start, end), other];
    });

  it("leave out what decides, tells and records, and turn comparisons round", () => {
    expect(made(VERB)).toEqual([
      ["audit", "audit", '{ unaudited: "" }'],
      ["swap", "eq", "mutated.ne"],
      ["drop", "eq(key.id, id)", "undefined"],
      ["swap", "isNull", "mutated.isNotNull"],
      ["drop", "isNull(key.endedAt)", "undefined"],
      ["lock", '.for("share")', ""],
      ["refusal", 'if (!owner) throw notFound("person");', ";"],
      ["emit", "await emit(tx, acting, Ended, { id });", ";"],
    ]);
  });

  it("take a step never and always, and write whoever has won", () => {
    const text = "if (isDue) await touch(hash); await writeAndRecord(acting, entry, won, rows);";
    expect(made(text)).toEqual([
      ["step", "if (isDue) await touch(hash);", ";"],
      ["step", "isDue", "true"],
      ["audit", "await writeAndRecord(acting, entry, won, rows);", ";"],
      ["drop", "won", '(db) => db.$with("always", {}).as(mutated.sql`select`)'],
    ]);
    const sparing = "if (rows.length > 0) await send(rows);";
    expect(made(sparing)).toEqual([["step", sparing, ";"]]);
  });

  it("leave reads alone", () => {
    expect(made("db.select().from(key).where(and(eq(key.id, id), lt(key.id, cursor)));")).toEqual(
      [],
    );
  });

  it("look into what is said in SQL", () => {
    const text =
      "db.update(key).set({ at: sql`case when ${a} then ${b} end` }).where(sql`${c} <= ${d} and ${e}`)";
    expect(made(text)).toEqual([
      ["drop", "${a}", "true"],
      ["drop", "${c} <= ${d}", "true"],
      ["swap", "<=", "<"],
      ["drop", "${e}", "true"],
    ]);
  });

  it("keep their line, and have all of Drizzle", () => {
    const [, turned] = mutantsOf(VERB);
    const text = turned ? applied(VERB, turned) : "";
    expect(text.split("\n")).toHaveLength(VERB.split("\n").length);
    expect(text).toMatch(/^import \* as mutated .*\n.*\n.*and\(mutated\.ne\(key\.id/);
  });

  it.each(EQUIVALENT)("of $path break no rule at $at", async (known) => {
    const source = await readFile(`packages/${known.path}`, "utf8");
    expect(mutantsOf(source).some((one) => isMeant(known, source, one))).toBe(true);
  });

  it("are drawn alike for a seed", () => {
    const all = Array.from({ length: 50 }, (_, i) => i);
    expect(chosen(all, 7, 5)).toEqual(chosen(all, 7, 5));
    expect(chosen(all, 7, 5)).not.toEqual(chosen(all, 8, 5));
    expect(new Set(chosen(all, 7, 50))).toEqual(new Set(all));
  });
});

import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { ALL } from "@netcheck/api/contexts";
import { loadRoutes } from "@netcheck/api/load-routes";
import { QUEUES } from "@netcheck/api/queues";
import { describe, expect, it } from "vitest";

import { CONTRACTS } from "../packages/api/contract/chapters.ts";

const require = createRequire(import.meta.url);

/** What `platform` may begin a code with beside its own name: what kernel and the edge say for everybody. */
const COMMON = /^(request|page)\.|^identity\.(unauthenticated|scope)$/;

const CODES = CONTRACTS.flatMap(({ folder, problems }) =>
  Object.keys(problems).map((code) => ({ folder, code })),
);

/** Who the keys belong to that the sources of a context make. */
async function ownersIn(folder: string) {
  const owners: unknown[] = [];
  const folders = folder === "api" ? "{api,kernel}" : folder;
  for await (const path of glob(`packages/${folders}/src/**/*.ts`)) {
    if (path.endsWith("redis-key.ts") && path.includes("kernel")) continue;
    const source = await readFile(path, "utf8");
    owners.push(...[...source.matchAll(/\bkeysOf\(\s*([^)]*)\)/g)].map(([, owner]) => owner));
  }
  return owners;
}

type Event = { type: string; queue?: string };

/** What a context's `events.ts` tells to others. */
async function eventsOf(folder: string): Promise<Event[]> {
  if (!existsSync(`packages/${folder}/src/events.ts`)) return [];
  const told = (await import(`@netcheck/${folder}/events`)) as Record<string, unknown>;
  return Object.values(told).filter((one): one is Event => {
    return typeof one === "object" && one !== null && "type" in one && "schema" in one;
  });
}

describe.each(ALL.map((context) => [context.name, context] as const))(
  "the context %s",
  (name, context) => {
    it("[KRN-43] has its rules, each under its letters, and its row of rights", async () => {
      const rules = await readFile(`packages/${context.folder}/RULES.md`, "utf8");
      const letters = new Set([...rules.matchAll(/^- \[([A-Z]{3})-\d+\]/gm)].map(([, one]) => one));
      expect([...letters]).toHaveLength(1);
      expect(existsSync(`test/http/rights-${name}.test.ts`)).toBe(true);
    });

    it("[KRN-43] shows what its settings do, if it has any", async () => {
      const { Settings } = await context.settings();
      if (Object.keys(Settings.shape).length === 0) return;
      const rows = await readFile(`packages/${context.folder}/src/settings.test.ts`, "utf8");
      expect(rows).toContain("itReadsSettings(");
    });

    it("[KRN-43] tells the events of its events.ts, and fills the queues that they name", async () => {
      const events = await eventsOf(context.folder);
      expect(context.emits.toSorted()).toEqual(events.map(({ type }) => type).toSorted());
      const queues = new Set(events.flatMap(({ queue }) => queue ?? []));
      expect([...queues]).toEqual(context.fills);
    });

    it("[KRN-43] hears events that somebody tells, with handlers of that very type", async () => {
      const told = new Set(ALL.flatMap(({ emits }) => emits));
      for (const [type, load] of Object.entries(context.subscriptions)) {
        expect(told).toContain(type);
        const handlers = await load();
        expect(handlers.length).toBeGreaterThan(0);
        expect(new Set(handlers.map(({ event }) => event.type))).toEqual(new Set([type]));
      }
    });

    it("[KRN-43] takes from queues under names that its consumers bear in the log", async () => {
      for (const [queue, { consumer }] of Object.entries(context.queues)) {
        expect((await consumer()).name).toMatch(new RegExp(`^${name}\\.`));
        expect(QUEUES.map((one) => one.name)).toContain(queue);
      }
    });

    it("[KRN-43] does by the clock what bears its name, and can be loaded", async () => {
      for (const { name: schedule, run, asks } of context.schedules) {
        expect(schedule).toMatch(new RegExp(`^${name}\\.[a-z_]+$`));
        expect(await run()).toBeTypeOf("function");
        if (asks) expect(await asks()).toBeTypeOf("function");
      }
    });

    it("[KRN-35] makes its keys of Redis in one place, beginning with its name", async () => {
      expect(name).toMatch(/^[a-z-]+$/);
      const owners = await ownersIn(context.folder);
      expect(owners).toEqual(owners.length === 0 ? [] : [JSON.stringify(name)]);
    });

    it("[KRN-43] refuses with codes of its own name", () => {
      for (const { folder, code } of CODES) {
        if (folder !== context.folder) continue;
        const isCommon = name === "platform" && COMMON.test(code);
        const isOwn = code.startsWith(`${name}.`) || /^[a-z]+\.not_found$/.test(code);
        expect(isOwn || isCommon, code).toBe(true);
      }
    });

    it("[KRN-43] mounts routes, shows metrics and measures them, all of which can be loaded", async () => {
      expect(await loadRoutes([context])).toHaveLength(Object.keys(context.routes).length);
      expect(Object.keys(await context.metrics()).length).toBeGreaterThan(0);
      for (const load of Object.values(context.measures))
        expect(await load()).toBeTypeOf("function");
    });

    it("[KRN-43] brings along packages in the version that is installed", () => {
      for (const [npm, version] of Object.entries(context.installs))
        expect(require(`${npm}/package.json`)).toMatchObject({ version });
    });
  },
);

describe("all contexts together", async () => {
  const metrics = await Promise.all(ALL.map((context) => context.metrics()));
  const operations = CONTRACTS.flatMap(({ chapters }) =>
    chapters.flatMap((chapter) => Object.values(chapter.operations)),
  );
  it.each([
    ["names", ALL.map(({ name }) => name)],
    ["scopes", ALL.flatMap(({ scopes }) => Object.keys(scopes))],
    ["paths", ALL.flatMap(({ routes }) => Object.keys(routes))],
    ["schedules", ALL.flatMap(({ schedules }) => schedules.map(({ name }) => name))],
    ["stores that are measured", ALL.flatMap(({ measures }) => Object.keys(measures))],
    ["queues", QUEUES.map(({ name }) => name)],
    ["events", ALL.flatMap(({ emits }) => emits)],
    ["metrics", metrics.flatMap((catalogue) => Object.values(catalogue).map(({ name }) => name))],
    ["operations", operations.map(({ id }) => id)],
    ["problems", CODES.map(({ code }) => code)],
  ])("[KRN-43] share no %s", (_, all) => {
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all).size).toBe(all.length);
  });
});

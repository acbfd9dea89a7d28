import { expect, it } from "vitest";

import { defineContext } from "./context.ts";
import type { Ctx } from "./ctx.ts";

const BARE = {
  name: "bare",
  scopes: {},
  routes: {},
  metrics: () => Promise.resolve({}),
};

it("[KRN-43] what a context does not say is empty, so that nobody has to ask", async () => {
  const { metrics: _metrics, partitions: _none, settings, ...bare } = defineContext()(BARE);
  expect(bare).toEqual({
    name: "bare",
    folder: "bare",
    scopes: {},
    routes: {},
    secrets: [],
    credentials: {},
    installs: {},
    queues: {},
    subscriptions: {},
    emits: [],
    fills: [],
    schedules: [],
    measures: {},
  });
  const { Settings, partOf } = await settings();
  expect(Settings.parse({ ANY: "thing" })).toEqual({});
  expect(partOf({} as never)).toEqual({});
});

it("[KRN-26] one that says how its tables are cut has schedules and a gauge for them, beside its own", () => {
  const run = () => Promise.resolve(async () => undefined);
  const { schedules, measures } = defineContext<Ctx>()({
    ...BARE,
    schedules: [{ name: "bare.own", everySeconds: 60, run }],
    measures: { own: () => Promise.resolve(async () => []) },
    partitions: () =>
      Promise.resolve({ name: "bare", width: "day", ahead: 1, cuts: [], keptDays: () => 1 }),
  });
  expect(schedules.map(({ name, everySeconds }) => [name, everySeconds])).toEqual([
    ["bare.own", 60],
    ["bare.partitions", 3_600],
    ["bare.retention", 3_600],
  ]);
  expect(Object.keys(measures)).toEqual(["own", "bare_partitions"]);
});

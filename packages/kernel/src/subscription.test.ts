import { expect, it } from "vitest";
import * as z from "zod";

import type { Ctx } from "./ctx.ts";
import { on } from "./event.ts";
import { processSamples } from "./metrics.ts";
import { eventsQueue, subscriber } from "./subscription.ts";

const Rung = { type: "bell.rung", schema: z.object({ times: z.int() }) };
const told = (type: string, data: unknown) => ({ id: crypto.randomUUID(), type, data });

/** A context that does two things about one event. */
function listener() {
  const heard: [handler: string, times: number[]][] = [];
  const hear = (name: string) =>
    on(Rung, async (_ctx, data) => {
      heard.push([name, data.map(({ times }) => times)]);
    });
  const consumer = subscriber("tower", [hear("a"), hear("b")]);
  const read = (message: unknown) => consumer.schema.parse(message);
  return { heard, read, handle: (...all: unknown[]) => consumer.handle({} as Ctx, all.map(read)) };
}

it("[KRN-40] every handler of an event is given all that came together", async () => {
  const { heard, handle } = listener();
  await handle(told("bell.rung", { times: 1 }), told("bell.rung", { times: 2 }));
  expect(heard).toEqual([
    ["a", [1, 2]],
    ["b", [1, 2]],
  ]);
});

it("[KRN-41] an event that nobody here knows is counted and let go, and hides no other", async () => {
  const { heard, handle } = listener();
  const foreign = () =>
    processSamples().flatMap((one) =>
      one.metric.name === "netcheck_events_foreign_total" && "value" in one ? [one.value] : [],
    );
  const [before = 0] = foreign();
  await handle(told("bell.cracked", { any: "thing" }), told("bell.rung", { times: 3 }));
  expect(foreign()).toEqual([before + 1]);
  expect(heard).toEqual([
    ["a", [3]],
    ["b", [3]],
  ]);
});

it("[KRN-41] an event of a known type in another shape is no foreign one: it stays in the queue", () => {
  const { read } = listener();
  expect(() => read(told("bell.rung", { times: "twice" }))).toThrow();
  expect(eventsQueue("tower")).toBe("events-tower");
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, it } from "vitest";

import {
  heartbeatCost,
  heartbeatCostOverHttp,
  monthlyCost,
  PIECES,
  type Scenario,
} from "./cost.ts";
import { graphOf } from "./graph.ts";

const of = (agents: number, checksPerDay: number, agentsPerCheck: number, workers: number) => ({
  agents,
  checksPerDay,
  agentsPerCheck,
  workers,
  heartbeatSeconds: 30,
});

const SCENARIOS: Record<string, Scenario> = {
  idle: of(0, 0, 0, 1),
  "10 agents": of(10, 100, 10, 2),
  "1 000 agents": of(1_000, 5_000, 20, 2),
  "100 000 agents": of(100_000, 100_000, 50, 8),
};

/** The tables of docs/cost.md, as the functions give them. */
function tables() {
  const names = Object.keys(SCENARIOS);
  const months = Object.values(SCENARIOS).map(monthlyCost);
  const items = Object.keys(months[0]?.items ?? {}) as (keyof (typeof months)[number]["items"])[];
  const dollars = (value: number) => value.toFixed(2);
  const row = (what: string, values: number[]) =>
    `| ${[what, ...values.map(dollars)].join(" | ")} |`;
  const beats = Object.values(SCENARIOS).slice(1);
  return [
    `| $ a month | ${names.join(" | ")} |`,
    `| --- |${" ---: |".repeat(names.length)}`,
    ...items.map((item) =>
      row(
        item,
        months.map((month) => month.items[item]),
      ),
    ),
    row(
      "**total**",
      months.map(({ total }) => total),
    ),
    "",
    `| heartbeats, $ a month | ${names.slice(1).join(" | ")} |`,
    `| --- |${" ---: |".repeat(beats.length)}`,
    row("over the broker", beats.map(heartbeatCost)),
    row("over HTTP", beats.map(heartbeatCostOverHttp)),
  ].join("\n");
}

const squeezed = (text: string) => text.replace(/ +/g, " ").replace(/-{3,}/g, "---");

it("docs/cost.md shows what the model gives", async () => {
  const page = squeezed(await readFile(join(import.meta.dirname, "../../docs/cost.md"), "utf8"));
  for (const part of tables().split("\n\n")) expect(page).toContain(squeezed(part));
});

it("counts what a stage has", () => {
  const graph = graphOf("production");
  const secrets = JSON.stringify([graph.functions(), graph.containers()]).match(
    /arn:aws:secretsmanager:[^"\\]+/g,
  );
  const called = (expression: string) =>
    graph.schedules().filter((one) => one.scheduleExpression === expression).length;
  expect(PIECES).toEqual({
    secrets: new Set(secrets).size,
    alarms: graph.alarms().length,
    consumers: graph.mappings().length,
    minutely: called("rate(1 minute)"),
    canaries: called("rate(5 minutes)") + called("rate(6 hours)"),
  });
});

it("nobody who asks nothing pays per check, and a check costs less as they grow", () => {
  const idle = monthlyCost(of(0, 0, 0, 1));
  expect(idle.items.checks + idle.items.heartbeats).toBe(0);
  const few = monthlyCost(of(10, 100, 10, 2)).items.checks / 100;
  const many = monthlyCost(of(10, 100_000, 10, 2)).items.checks / 100_000;
  expect(many).toBeLessThanOrEqual(few);
});

it("the broker carries the heartbeats of a fleet for less than HTTP", () => {
  for (const scenario of Object.values(SCENARIOS).slice(2))
    expect(heartbeatCost(scenario)).toBeLessThan(heartbeatCostOverHttp(scenario));
});

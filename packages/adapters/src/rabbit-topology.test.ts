import { describe, expect, it } from "vitest";

import { accountRights, sharedTopology, workerPermission } from "./rabbit-topology.ts";

const EXCHANGES = { requestExchange: "requests+1", responseExchange: "agent.responses" };
const ID = "01980000-0000-7000-8000-000000000001";
const ACCOUNT = {
  agentId: ID,
  username: `agent.${ID}`,
  passwordHash: "",
  queue: `agent.${ID}.0a1b`,
};

describe("an account's rights", () => {
  const { permission, topicPermission } = accountRights(ACCOUNT, EXCHANGES);
  const allowed = (pattern: string, ...names: string[]) =>
    names.filter((name) => new RegExp(pattern).test(name));

  it("are its own queue to read, the responses to write, and nothing to make", () => {
    const names = ["", ACCOUNT.queue, `${ACCOUNT.queue}x`, `agentx${ID}x0a1b`, "agent.responses"];
    expect(allowed(permission.read, ...names)).toEqual([ACCOUNT.queue]);
    expect(allowed(permission.write, ...names, "agentxresponses")).toEqual(["agent.responses"]);
    expect(allowed(permission.configure, ...names)).toEqual([""]);
  });

  it("are two routing keys", () => {
    const keys = [`result.${ID}`, `heartbeat.${ID}`, `resultx${ID}`, `result.${ID}.x`, `x.${ID}`];
    expect(allowed(topicPermission.write, ...keys)).toEqual([`result.${ID}`, `heartbeat.${ID}`]);
  });
});

it("the worker may read what agents send and write requests, and makes nothing", () => {
  const { configure, write, read } = workerPermission(EXCHANGES);
  expect(configure).toBe("^$");
  expect(new RegExp(write).test("requests+1")).toBe(true);
  expect(new RegExp(write).test("requests1")).toBe(false);
  const queues = ["agent_results", "agent_heartbeats", "agent_undelivered"];
  expect(queues.every((queue) => new RegExp(read).test(queue))).toBe(true);
  expect(new RegExp(read).test(ACCOUNT.queue)).toBe(false);
});

it("every shared queue is bounded, and every binding names a queue and an exchange of the topology", () => {
  const { queues, exchanges, bindings } = sharedTopology(EXCHANGES);
  for (const { arguments: args } of queues) expect(args).toHaveProperty("x-max-length");
  for (const { exchange, queue } of bindings) {
    expect(exchanges.map(({ name }) => name)).toContain(exchange);
    expect(queues.map(({ name }) => name)).toContain(queue);
  }
});

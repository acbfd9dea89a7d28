import {
  accountRights,
  sharedTopology,
  workerPermission,
} from "@netcheck/adapters/rabbit-topology";
import { type Kind, SAID } from "@netcheck/wire/kind";
import { describe, expect, it } from "vitest";
import * as z from "zod";

import { ROUTES, routesOf } from "./route.ts";

const AGENT = "01980000-0000-7000-8000-000000000001";
const EXCHANGES = { requestExchange: "requests", responseExchange: "responses" };
const ACCOUNT = { agentId: AGENT, username: `agent.${AGENT}`, passwordHash: "", queue: "q" };

/** A kind that nobody has but this test. */
const rumour = {
  queue: "agent_rumours",
  carriedTo: "agent-rumours",
  bounds: { messages: 7, bytes: 70, whenFull: "refuse", waitMs: 700, replicated: false },
  schema: z.object({ v: z.literal(1), heard: z.string() }),
  carriedAs: "rumour",
} as const satisfies Kind;
const KINDS = { ...SAID, rumour };

describe("[AGT-27] a kind of the catalogue", () => {
  it("has a queue with its bounds, bound by its routing key", () => {
    const { queues, bindings } = sharedTopology(EXCHANGES, KINDS);
    expect(queues.find(({ name }) => name === rumour.queue)?.arguments).toEqual({
      "x-queue-type": "classic",
      "x-max-length": 7,
      "x-max-length-bytes": 70,
      "x-overflow": "reject-publish",
      "x-message-ttl": 700,
      "x-dead-letter-exchange": "agent_dead_letters",
    });
    const binding = { exchange: "responses", queue: rumour.queue, routingKey: "rumour.*" };
    expect(bindings).toContainEqual(binding);
  });

  it("may be said by every agent under its own name, and read by the worker", () => {
    const said = (kinds?: typeof KINDS) =>
      new RegExp(accountRights(ACCOUNT, EXCHANGES, kinds).topicPermission.write);
    const keys = [`rumour.${AGENT}`, `result.${AGENT}`, `heartbeat.${AGENT}`, `rumour.${AGENT}.x`];
    expect(keys.filter((key) => said(KINDS).test(key))).toEqual(keys.slice(0, 3));
    expect(keys.filter((key) => said().test(key))).toEqual(keys.slice(1, 3));
    expect(new RegExp(workerPermission(EXCHANGES, KINDS).read).test(rumour.queue)).toBe(true);
  });

  it("is judged by its schema and its key, and carried to its queue with what the broker vouches for", () => {
    const route = routesOf(KINDS).find(({ from }) => from === rumour.queue);
    expect(route?.to).toBe("agent-rumours");
    const judged = (routingKey: string, body: object) =>
      route?.judge(
        {
          content: Buffer.from(JSON.stringify(body)),
          fields: { routingKey },
          properties: { userId: `agent.${AGENT}`, headers: { "x-request-id": "request-1" } },
        },
        new Date("2030-01-02T03:04:05.678Z"),
      );
    const told = { v: 1, heard: "something", more: 1 };
    const expected = {
      kind: "rumour",
      agentId: AGENT,
      receivedAt: "2030-01-02T03:04:05.678Z",
      requestId: "request-1",
      rumour: told,
    };
    const verdict = judged(`rumour.${AGENT}`, told);
    expect(verdict).toEqual({
      body: JSON.stringify(expected),
      agentId: AGENT,
      requestId: "request-1",
    });
    expect(judged(`result.${AGENT}`, told)).toMatchObject({ reason: "wrong_key" });
    expect(judged(`rumour.${AGENT}`, { v: 1 })).toMatchObject({ reason: "malformed" });
    expect(judged(`rumour.${AGENT}`, { v: 2 })).toMatchObject({ reason: "version" });
  });

  it("has its route, and so has what the broker gives back", () => {
    const said = Object.values(SAID).map(({ queue, carriedTo }) => [queue, carriedTo]);
    expect(ROUTES.map(({ from, to }) => [from, to])).toEqual([
      ...said,
      ["agent_undelivered", "agent-results"],
    ]);
  });
});

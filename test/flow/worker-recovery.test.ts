import { setTimeout as sleep } from "node:timers/promises";

import { openClients, standInUrl } from "@netcheck/adapters/sqs-client";
import { ResultDelivery } from "@netcheck/wire/delivery";
import { CheckRequest } from "@netcheck/wire/message";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { edgeBefore } from "../support/edge.ts";
import { kill, response, workerWorld } from "./worker-world.ts";

type World = Awaited<ReturnType<typeof workerWorld>>;
type Agent = Awaited<ReturnType<World["agent"]>>;

/** Lets the agent answer whatever it is asked. */
async function answering({ account, channel }: Agent, exchange: string) {
  const { agentId, username: userId, queue } = account;
  await channel.prefetch(50);
  await channel.consume(queue, (message) => {
    if (!message) return;
    const { id } = CheckRequest.parse(JSON.parse(String(message.content)));
    const content = Buffer.from(JSON.stringify(response(id)));
    channel.publish(exchange, `result.${agentId}`, content, { userId, persistent: true });
    channel.ack(message);
  });
}

describe("500 requests", () => {
  let world: World;
  beforeAll(async () => {
    world = await workerWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it("are all answered though the worker is killed twice, cut off once and restarted once", async () => {
    const agent = await world.agent();
    const { agentId } = agent.account;
    await answering(agent, world.vhost.responseExchange);
    let worker = await world.start();

    const asked = await world.askOften(agentId, 500);
    const answered = new Set<string>();
    const takeUntil = async (count: number) => {
      while (answered.size < count) {
        for (const body of await world.take("agent-results", 1, 25_000)) {
          const delivery = ResultDelivery.parse(body);
          if (delivery.kind === "response") answered.add(delivery.response.id);
          else throw new Error(`Undelivered: ${delivery.reason}`);
        }
      }
    };

    await takeUntil(50);
    await kill(worker.child);
    worker = await world.start();
    await takeUntil(150);
    await kill(worker.child);
    worker = await world.start();
    await takeUntil(250);
    await world.vhost.api.call("DELETE", ["connections", "username", world.user]);
    await takeUntil(350);
    worker.child.kill("SIGTERM");
    expect(await worker.exited).toEqual([0, null]);
    await world.start();
    await takeUntil(500);
    expect(answered).toEqual(new Set(asked));
    expect(await world.take("check-requests-dlq", 1, 100)).toEqual([]);
  }, 60_000);
});

describe("a broker without the topology", () => {
  it("is waited for, and a shared queue that vanishes is consumed again once it is back", async () => {
    await using world = await workerWorld();
    const { api, vhost, admin, responseExchange } = world.vhost;
    await api.call("DELETE", ["exchanges", vhost, "agent_requests_exchange"]);
    await api.call("DELETE", ["queues", vhost, "agent_heartbeats"]);
    const starting = world.start();
    await Promise.race([sleep(1_500), starting.then(() => expect.unreachable())]);
    await admin.ensureTopology();
    const worker = await starting;
    await api.call("DELETE", ["queues", vhost, "agent_results"]);
    await vi.waitFor(() => {
      expect(worker.lines.at(-1)?.["error"]).toMatchObject({
        message: expect.stringMatching(/was deleted|NOT.FOUND/) as string,
      });
    });
    await admin.ensureTopology();
    const agent = await world.agent();
    await answering(agent, responseExchange);
    const checkId = await world.ask([agent.account.agentId]);
    expect(await world.take("agent-results", 1)).toMatchObject([{ response: { id: checkId } }]);
  });
});

describe("a broken SQS", () => {
  it("keeps nothing from its way: what agents sent meanwhile is delivered when it is back", async () => {
    await using world = await workerWorld();
    await using edge = await edgeBefore(process.env["SQS_ENDPOINT"] ?? "");
    const worker = await world.start({ SQS_ENDPOINT: edge.url });
    edge.allow(0);
    const { account, channel } = await world.agent();
    const ids = Array.from({ length: 30 }, () => crypto.randomUUID());
    for (const id of ids) {
      const content = Buffer.from(JSON.stringify(response(id)));
      const options = { userId: account.username, persistent: true };
      channel.publish(world.vhost.responseExchange, `result.${account.agentId}`, content, options);
    }
    const failed = () => worker.lines.filter(({ message }) => message === "SQS takes nothing");
    await vi.waitFor(() => expect(failed().length).toBeGreaterThan(1), { timeout: 10_000 });
    edge.allow(Number.POSITIVE_INFINITY);
    const seen = new Set<string>();
    while (seen.size < ids.length) {
      for (const body of await world.take("agent-results", 1)) {
        const delivery = ResultDelivery.parse(body);
        if (delivery.kind === "response") seen.add(delivery.response.id);
      }
    }
    expect(seen).toEqual(new Set(ids));
  });
});

describe("a body that is no request", () => {
  it("ends in the dead-letter queue with a counter, and the others pass", async () => {
    await using world = await workerWorld();
    await hideForOneSecond(world.name("check-requests"));
    const worker = await world.start();
    const agent = await world.agent();
    await answering(agent, world.vhost.responseExchange);
    const poison = [
      { id: "1", body: "not JSON" },
      { id: "2", body: '{"type":"check.requested"}' },
    ];
    await world.sqs.sendBatch("check-requests", poison);
    const checkId = await world.ask([agent.account.agentId]);
    expect(await world.take("agent-results", 1)).toMatchObject([{ response: { id: checkId } }]);

    const dead: string[] = [];
    while (dead.length < 2) {
      const messages = await world.sqs.receive("check-requests-dlq", AbortSignal.timeout(20_000));
      dead.push(...messages.map(({ Body }) => Body));
    }
    expect(dead.toSorted()).toEqual(poison.map(({ body }) => body).toSorted());
    expect(worker.counted("worker.malformed_request")).toHaveLength(10);
  });

  async function hideForOneSecond(name: string) {
    const endpoint = process.env["SQS_ENDPOINT"] ?? "";
    const { sdk, short } = await openClients({ endpoint, region: "us-east-1" })();
    const QueueUrl = standInUrl(endpoint, name);
    const Attributes = { VisibilityTimeout: "1" };
    await short.send(new sdk.SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }
});

import { newId } from "@netcheck/kernel/id";
import { HeartbeatDelivery, ResultDelivery } from "@netcheck/wire/delivery";
import { CheckRequest, MAX_MESSAGE_BYTES } from "@netcheck/wire/message";
import type { ConsumeMessage, Options } from "amqplib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";

import { readExposition } from "../support/exposition.ts";
import { newAccount } from "../support/vhost.ts";
import { response, spawnWorker, type Worker, workerWorld } from "./worker-world.ts";

const Address = z.object({ address: z.string(), port: z.int() });

type World = Awaited<ReturnType<typeof workerWorld>>;
let world: World;
let worker: Worker;
beforeAll(async () => {
  world = await workerWorld();
  worker = await world.start();
});
afterAll(() => world[Symbol.asyncDispose]());

/** The next requests of an agent. */
async function requests({ account, channel }: Awaited<ReturnType<World["agent"]>>, count: number) {
  const found: ConsumeMessage[] = [];
  const { consumerTag } = await channel.consume(account.queue, (message) => {
    if (!message) return;
    found.push(message);
    channel.ack(message);
  });
  await vi.waitFor(() => expect(found).toHaveLength(count), { timeout: 10_000, interval: 10 });
  await channel.cancel(consumerTag);
  return found;
}

describe("a request", () => {
  it("NC-B-20 reaches every agent that is asked once, with its id, the request's id and its time to live", async () => {
    const [one, other] = [await world.agent(), await world.agent()];
    const ids = [one.account.agentId, other.account.agentId];
    const requestId = newId(new Date());
    const checkId = await world.ask(ids, { requestId });
    for (const agent of [one, other]) {
      const [message] = await requests(agent, 1);
      expect(await agent.channel.get(agent.account.queue)).toBe(false);
      expect(message?.fields.routingKey).toBe(`agent.${agent.account.agentId}`);
      expect(message?.properties).toMatchObject({
        messageId: checkId,
        deliveryMode: 2,
        contentType: "application/json",
        headers: { "x-request-id": requestId },
      });
      expect(message?.properties.expiration).toMatch(/^[1-5]\d{4}$/);
      const body = CheckRequest.parse(JSON.parse(String(message?.content)));
      expect(body).toMatchObject({ id: checkId, type: "tcp", port: 80, target: "127.0.0.1" });
    }
  });

  it("[CHK-35] NC-B-23 past its deadline is not published but reported expired, for every agent", async () => {
    const agent = await world.agent();
    const ids = [agent.account.agentId, newAccount().agentId];
    const checkId = await world.ask(ids, { ttlMs: -1, requestId: "late-request" });
    const reports = await world.take("agent-results", 2);
    const expected = ids.map((agentId) => {
      return {
        kind: "undelivered",
        agentId,
        checkId,
        reason: "expired",
        requestId: "late-request",
      };
    });
    expect(reports.map((report) => ResultDelivery.parse(report))).toEqual(expected);
    expect(await agent.channel.get(agent.account.queue)).toBe(false);
  });

  it("for an agent without a queue is reported unroutable, and reaches the others", async () => {
    const agent = await world.agent();
    const nobody = newAccount().agentId;
    const checkId = await world.ask([nobody, agent.account.agentId]);
    await requests(agent, 1);
    const [report] = await world.take("agent-results", 1);
    expect(report).toMatchObject({ agentId: nobody, checkId, reason: "unroutable" });
  });

  it("[CHK-35] NC-B-23 W-18 that nobody fetches in time is reported expired, with the id of the request", async () => {
    const { account } = await world.agent();
    const checkId = await world.ask([account.agentId], { ttlMs: 300, requestId: "the-request" });
    const [report] = await world.take("agent-results", 1);
    const { agentId } = account;
    expect(report).toMatchObject({ agentId, checkId, reason: "expired", requestId: "the-request" });
  });

  it("that the agent throws out is reported rejected", async () => {
    const { account, channel } = await world.agent();
    const checkId = await world.ask([account.agentId]);
    await channel.consume(account.queue, (m) => m && channel.nack(m, false, false));
    const [report] = await world.take("agent-results", 1);
    expect(report).toMatchObject({ agentId: account.agentId, checkId, reason: "rejected" });
  });

  it("that a full queue pushes out is reported queue_full", async () => {
    const { account } = await world.agent();
    const { api, vhost } = world.vhost;
    const short = newAccount();
    const { agentId } = short;
    await api.call("PUT", ["queues", vhost, short.queue], {
      durable: true,
      arguments: { "x-max-length": 1, "x-dead-letter-exchange": "agent_undelivered" },
    });
    await api.call("POST", ["bindings", vhost, "e", "agent_requests_exchange", "q", short.queue], {
      routing_key: `agent.${agentId}`,
    });
    const first = await world.ask([agentId]);
    await vi.waitFor(async () => {
      const answer = await api.call("POST", ["queues", vhost, short.queue, "get"], {
        count: 1,
        ackmode: "ack_requeue_true",
        encoding: "auto",
      });
      expect(answer.reason).not.toBe("[]");
    });
    await world.ask([agentId, account.agentId]);
    const [report] = await world.take("agent-results", 1);
    expect(report).toMatchObject({ agentId, checkId: first, reason: "queue_full" });
  });

  it("that a queue refuses is reported queue_full", async () => {
    const { api, vhost } = world.vhost;
    const { agentId, queue } = newAccount();
    const args = { "x-max-length": 1, "x-overflow": "reject-publish" };
    await api.call("PUT", ["queues", vhost, queue], { durable: true, arguments: args });
    const path = ["bindings", vhost, "e", "agent_requests_exchange", "q", queue];
    await api.call("POST", path, { routing_key: `agent.${agentId}` });
    await world.ask([agentId]);
    await world.ask([agentId]);
    const [report] = await world.take("agent-results", 1);
    expect(report).toMatchObject({ agentId, reason: "queue_full" });
  });
});

describe("what an agent sends", () => {
  type Sent = {
    key?: string;
    body?: unknown;
    raw?: Buffer;
    options?: Options.Publish;
    isAnonymous?: true;
  };

  async function send({ key, body, raw, options, isAnonymous }: Sent = {}) {
    const { account, channel } = await world.agent();
    const { agentId, username } = account;
    const content = raw ?? Buffer.from(JSON.stringify(body ?? response(newId(new Date()))));
    const headers = { "x-request-id": "the-request" };
    const id = isAnonymous ? { headers } : { headers, userId: username };
    const to = key ?? `result.${agentId}`;
    channel.publish(world.vhost.responseExchange, to.replace("ME", agentId), content, {
      ...id,
      ...options,
    });
    return agentId;
  }

  it("as a response goes to agent-results as it was sent, under the name that the broker vouches for", async () => {
    const answer = { ...response(newId(new Date())), agentId: "somebody else", extra: 1 };
    const agentId = await send({ body: answer });
    const [delivery] = await world.take("agent-results", 1);
    expect(delivery).toMatchObject({ kind: "response", agentId, requestId: "the-request" });
    expect(delivery?.["response"]).toEqual(answer);
    expect(ResultDelivery.parse(delivery)).toBeTruthy();
  });

  it("as a heartbeat goes to agent-heartbeats with the time of receipt", async () => {
    const at = "2001-01-01T00:00:00Z";
    const beat = { v: 1, at, version: "1.0.0", load: 0.5, running: 0, capabilities: ["tcp"] };
    const before = Date.now();
    const agentId = await send({ key: "heartbeat.ME", body: beat });
    const [delivery] = await world.take("agent-heartbeats", 1);
    const { receivedAt, ...rest } = HeartbeatDelivery.parse(delivery);
    expect(rest).toEqual({ agentId, heartbeat: beat });
    expect(new Date(receivedAt).getTime()).toBeGreaterThanOrEqual(before);
  });

  it("passes with characters that SQS forbids and with every other oddity of JSON", async () => {
    const result = { body: "\uffff\ufffe\u0000\u001f\ud800 \u{1f600}", "\uffff": 1 };
    await send({ body: { ...response(newId(new Date())), result } });
    const [delivery] = await world.take("agent-results", 1);
    expect(delivery?.["response"]).toMatchObject({ result });
  });

  const bad: [string, string, Sent][] = [
    ["without a user-id", "no_user_id", { isAnonymous: true }],
    ["that is not JSON", "malformed", { raw: Buffer.from("{") }],
    ["that is empty", "malformed", { raw: Buffer.alloc(0) }],
    ["that is no response", "malformed", { body: { v: 1, id: "1" } }],
    ["of another version", "version", { body: { ...response(newId(new Date())), v: 2 } }],
    [
      "that is too large",
      "too_large",
      {
        body: { ...response(newId(new Date())), result: { body: "x".repeat(MAX_MESSAGE_BYTES) } },
      },
    ],
  ];
  it.for(bad)(
    "%s is thrown out and counted as %s, and the next one passes",
    async ([, reason, sent]) => {
      const before = worker.counted("worker.rejected").length;
      await send(sent);
      const [dead] = await world.deadLetters(1);
      expect(dead?.properties.headers?.["x-death"]?.[0]?.reason).toBe("rejected");
      expect(worker.counted("worker.rejected").slice(before)).toEqual([
        expect.objectContaining({ reason }),
      ]);
      const agentId = await send();
      expect(await world.take("agent-results", 1)).toMatchObject([{ agentId }]);
    },
  );

  it("under another's key by a CC header is thrown out of the other's queue", async () => {
    const other = newAccount().agentId;
    const agentId = await send({
      options: { CC: [`heartbeat.${other}`, `result.${other}`, "heartbeat.x"] },
    });
    const [dead] = await world.deadLetters(1);
    expect(dead?.fields.routingKey).toBe(`result.${agentId}`);
    const rejected = worker.counted("worker.rejected").at(-1);
    expect(rejected).toMatchObject({ queue: "agent_heartbeats", reason: "wrong_key", agentId });
    expect(await world.take("agent-results", 1)).toMatchObject([{ agentId }]);
  });
});

describe("the page of metrics", () => {
  it("[WRK-1] shows what was thrown out, what is in hand and how long connections have stood", async () => {
    const reserve = await world.start({ METRICS_PORT: "0" });
    const shown = reserve.lines.find(({ message }) => message === "metrics are shown");
    const { address } = z.object({ address: Address }).parse(shown);
    expect(address.address).toBe("127.0.0.1");
    const page = await fetch(`http://127.0.0.1:${address.port}/metrics`);
    const families = readExposition(await page.text());
    const valuesOf = (name: string) =>
      families.find((family) => family.name === `netcheck_worker_${name}`)?.series ?? [];
    expect(valuesOf("rejected_total")).toHaveLength(18);
    expect(valuesOf("in_hand").map(({ value }) => value)).toEqual([0, 0, 0, 0]);
    const ages = valuesOf("link_age_seconds");
    expect(new Set(ages.map(({ labels }) => labels["link"]))).toEqual(
      new Set(["requests", "responses"]),
    );
    expect(ages.every(({ value }) => value > 0 && value < 60)).toBe(true);
    reserve.child.kill("SIGTERM");
    expect(await reserve.exited).toEqual([0, null]);
  });
});

describe("the process", () => {
  it("names every setting that is missing or wrong and stops with status 2", async () => {
    const { exited, lines } = spawnWorker({ SQS_ENDPOINT: "nonsense" });
    expect(await exited).toEqual([2, null]);
    const text = lines.map(({ message }) => message).join("\n");
    expect(text).toMatch(/AMQP_URL/);
    expect(text).toMatch(/SQS_ENDPOINT/);
  });

  it("stops in order when it is told to, and when its parent lets go", async () => {
    for (const stop of [
      (w: Worker) => w.child.kill("SIGTERM"),
      (w: Worker) => w.child.disconnect(),
    ]) {
      const extra = await world.start();
      stop(extra);
      expect(await extra.exited).toEqual([0, null]);
    }
  });
});

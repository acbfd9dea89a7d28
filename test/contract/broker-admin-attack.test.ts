import type { Channel, ChannelModel } from "amqplib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { freshVhost, newAccount, refusal, type Vhost } from "../support/vhost.ts";

const NOT_ALLOWED = 403;
const PRECONDITION = 406;

const me = newAccount();
const victim = newAccount();
const myResult = `result.${me.agentId}`;
const body = Buffer.from("{}");

let home: Vhost;
let neighbour: Vhost;
let connection: ChannelModel;
beforeAll(async () => {
  [home, neighbour] = await Promise.all([freshVhost(), freshVhost()]);
  await home.admin.ensureAccount(me);
  await home.admin.ensureAccount(victim);
});
beforeEach(async () => {
  connection = await home.connectAs(me);
  return () => connection.close();
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await neighbour[Symbol.asyncDispose]();
});

type Attack = [string, (channel: Channel) => unknown];

const refused = async ([, attack]: Attack) => {
  expect(await refusal(connection, attack)).toBe(NOT_ALLOWED);
};

describe("[AGT-25] NC-B-18 an agent's account is refused", () => {
  const others: [string, string][] = [
    ["another agent's requests", victim.queue],
    ["the results", "agent_results"],
    ["the heartbeats", "agent_heartbeats"],
    ["what was not delivered", "agent_undelivered"],
    ["what was thrown out", "agent_dead_letters"],
  ];
  const everywhere = (verb: string, attack: (channel: Channel, queue: string) => unknown) =>
    others.map(([name, queue]): Attack => [`${verb} ${name}`, (c) => attack(c, queue)]);

  it.for<Attack>([
    ...everywhere("consuming", (c, queue) => c.consume(queue, () => {})),
    ...everywhere("fetching", (c, queue) => c.get(queue)),
    ...everywhere("purging", (c, queue) => c.purgeQueue(queue)),
    ...everywhere("deleting", (c, queue) => c.deleteQueue(queue)),
    ["deleting its own queue", (c) => c.deleteQueue(me.queue)],
  ])("%s", refused);

  it.for<Attack>(
    [
      ["another's result", `result.${victim.agentId}`],
      ["another's heartbeat", `heartbeat.${victim.agentId}`],
      ["something after its own", `${myResult}.more`],
      ["something before its own", `x.${myResult}`],
      ["result.*", "result.*"],
      ["#", "#"],
      ["nothing", ""],
      ["another's request", `agent.${victim.agentId}`],
      ["its own request", `agent.${me.agentId}`],
      ["another kind", `status.${me.agentId}`],
      ["capital letters", myResult.toUpperCase()],
    ].map(([name, key = ""]) => [
      `answering under the key of ${name}`,
      (c) => c.publish(home.responseExchange, key, body),
    ]),
  )("%s", refused);

  it.for<Attack>([
    ["the default exchange", (c) => c.sendToQueue(victim.queue, body)],
    ["the default exchange to the results", (c) => c.sendToQueue("agent_results", body)],
    ["the default exchange to itself", (c) => c.sendToQueue(me.queue, body)],
    ...[
      "agent_requests_exchange",
      "agent_dead_letters",
      "agent_undelivered",
      "amq.topic",
      "amq.fanout",
      "amq.rabbitmq.trace",
    ].map((exchange): Attack => [exchange, (c) => c.publish(exchange, myResult, body)]),
  ])("publishing to %s", refused);

  it.for<Attack>([
    ["a queue", (c) => c.assertQueue("mine")],
    ["an unnamed queue", (c) => c.assertQueue("", { exclusive: true })],
    ["a queue of its own prefix", (c) => c.assertQueue(`agent.${me.agentId}.more`)],
    ["a topic exchange", (c) => c.assertExchange("mine", "topic")],
    ["binding its queue", (c) => c.bindQueue(me.queue, "agent_responses", "result.*")],
    [
      "binding its queue to another's requests",
      (c) => c.bindQueue(me.queue, "agent_requests_exchange", `agent.${victim.agentId}`),
    ],
    [
      "unbinding another's queue",
      (c) => c.unbindQueue(victim.queue, "agent_requests_exchange", `agent.${victim.agentId}`),
    ],
    ["binding exchanges", (c) => c.bindExchange("agent_responses", "agent_requests_exchange", "#")],
    ["deleting the requests' exchange", (c) => c.deleteExchange("agent_requests_exchange")],
    ["deleting the responses' exchange", (c) => c.deleteExchange("agent_responses")],
  ])("%s", refused);

  it("a third connection", async () => {
    await using second = disposable(await home.connectAs(me));
    expect(second.connection).toBeTruthy();
    await expect(home.connectAs(me)).rejects.toThrow(/ConnectionOpenOk|NOT.ALLOWED|limit/i);
  });

  it("a ninth channel, over both its connections", async () => {
    const greedy = newAccount();
    await home.admin.ensureAccount(greedy);
    const both = [await home.connectAs(greedy), await home.connectAs(greedy)];
    const open = () => Promise.all(both.map((one) => one.createChannel()));
    for (let channels = 0; channels < 8; channels += 2) await open();
    // The broker counts channels a moment after it has opened them.
    const more = async () => {
      for (let tries = 0; tries < 8; tries += 1) await open();
    };
    await expect(more()).rejects.toThrow(/NOT_ALLOWED|Connection closed|Channel/);
  });

  it("other virtual hosts", async () => {
    for (const vhost of ["/", neighbour.vhost]) {
      await expect(home.connectAs(me, vhost)).rejects.toThrow();
    }
  });

  it("the management interface", async () => {
    const { origin } = new URL(home.managementUrl);
    const authorization = `Basic ${Buffer.from(`${me.username}:${me.password}`).toString("base64")}`;
    for (const path of ["overview", "whoami", `queues/${home.vhost}`, "definitions"]) {
      const response = await fetch(`${origin}/api/${path}`, { headers: { authorization } });
      expect(response.status).toBe(401);
    }
  });
});

describe("[AGT-25] NC-B-18 an answer with a user-id", () => {
  const publish = (userId: string) => (c: Channel) =>
    c.publish(home.responseExchange, myResult, body, { userId });

  it("of another is refused, and of its own passes", async () => {
    expect(await refusal(connection, publish(victim.username))).toBe(PRECONDITION);
    expect(await refusal(connection, publish("root"))).toBe(PRECONDITION);
    expect(await refusal(connection, publish(me.username))).toBe("allowed");
  });
});

function disposable(opened: ChannelModel) {
  return { connection: opened, [Symbol.asyncDispose]: () => opened.close() };
}

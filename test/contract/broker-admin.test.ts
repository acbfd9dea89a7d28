import { once } from "node:events";

import { rabbitAdmin } from "@netcheck/adapters/rabbit-admin";
import { brokerPasswordHash } from "@netcheck/kernel/broker";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";

import { edgeBefore } from "../support/edge.ts";
import { silentServer } from "../support/silent-server.ts";
import { type Account, freshVhost, newAccount, refusal, type Vhost } from "../support/vhost.ts";

let home: Vhost;
beforeAll(async () => {
  home = await freshVhost();
});
afterAll(() => home[Symbol.asyncDispose]());

/** Everything the broker holds of the vhost and this account, without what merely counts. */
async function state({ username }: Account) {
  const { api, vhost } = home;
  const any = z.record(z.string(), z.unknown());
  const list = async (path: string[], columns: string[]) => {
    const shape = Object.fromEntries(columns.map((column) => [column, z.unknown()]));
    const rows = await api.list(path, z.object(shape));
    return rows.map((row) => JSON.stringify(any.parse(row))).toSorted();
  };
  const user = ["name", "password_hash", "hashing_algorithm", "tags"];
  const mine = (rows: string[]) => rows.filter((row) => row.includes(username));
  return {
    exchanges: await list(["exchanges", vhost], ["name", "type", "durable"]),
    queues: await list(["queues", vhost], ["name", "durable", "arguments"]),
    bindings: await list(["bindings", vhost], ["source", "destination", "routing_key"]),
    permissions: await list(
      ["vhosts", vhost, "permissions"],
      ["user", "configure", "write", "read"],
    ),
    topics: await list(
      ["vhosts", vhost, "topic-permissions"],
      ["user", "exchange", "write", "read"],
    ),
    users: mine(await list(["users"], user)),
    limits: mine(await list(["user-limits"], ["user", "value"])),
  };
}

describe("an account", () => {
  it("lets its agent fetch its requests and answer under its own name", async () => {
    const account = newAccount();
    await home.admin.ensureAccount(account);
    const connection = await home.connectAs(account);
    const key = `result.${account.agentId}`;
    const refused = await refusal(connection, async (channel) => {
      await channel.consume(account.queue, () => undefined);
      channel.publish(home.responseExchange, key, Buffer.from("{}"), { userId: account.username });
      channel.publish(home.responseExchange, `heartbeat.${account.agentId}`, Buffer.from("{}"));
    });
    expect(refused).toBe("allowed");
  });

  it("stays as it is when it is ensured again", async () => {
    const account = newAccount();
    await home.admin.ensureAccount(account);
    const before = await state(account);
    await home.admin.ensureAccount(account);
    expect(await state(account)).toEqual(before);
  });

  it("takes a new password and closes nothing", async () => {
    const account = newAccount();
    await home.admin.ensureAccount(account);
    const connection = await home.connectAs(account);
    const renewed = { ...account, passwordHash: brokerPasswordHash("new"), password: "new" };
    await home.admin.ensureAccount(renewed);
    await expect(home.connectAs(account)).rejects.toThrow(/ACCESS.REFUSED/);
    await home.connectAs(renewed);
    expect(await refusal(connection, (channel) => channel.checkQueue(account.queue))).toBe(
      "allowed",
    );
  });

  it("never may use another's routing key, whichever step of its making is the last", async () => {
    const steps = Array.from({ length: 8 }, async (_step, passes) => {
      const account = newAccount();
      await using edge = await edgeBefore(home.managementUrl, passes);
      const admin = rabbitAdmin({ ...home, managementUrl: edge.url });
      const made = await Promise.allSettled([admin.ensureAccount(account)]);
      return `${made[0].status}, ${await foreignKey(account)}`;
    });
    const half = "rejected, no login";
    const outcomes = await Promise.all(steps);
    expect(outcomes).toEqual([half, half, half, half, half, half, half, "fulfilled, 403"]);
  });

  /** What becomes of a publication under somebody else's routing key. */
  async function foreignKey(account: Account) {
    const connection = await home.connectAs(account).catch(() => undefined);
    if (!connection) return "no login";
    const refused = await refusal(connection, (channel) =>
      channel.publish(home.responseExchange, "result.somebody-else", Buffer.from("{}")),
    );
    return String(refused);
  }

  it("is gone once removed, and its connections are closed within a second", async () => {
    const account = newAccount();
    await home.admin.ensureAccount(account);
    const connection = await home.connectAs(account);
    const closed = once(connection, "close");
    await home.admin.removeAccount(account);
    const since = Date.now();
    await closed;
    expect(Date.now() - since).toBeLessThan(1_000);
    await expect(home.connectAs(account)).rejects.toThrow(/ACCESS.REFUSED/);
    await home.admin.removeAccount(account);
  });
});

describe("a reconciliation", () => {
  const account = newAccount();
  const stranger = newAccount();
  const { agentId, username, queue } = account;
  const reconcile = (...accounts: Account[]) =>
    home.admin.reconcile(() => Promise.resolve(accounts));

  let good: Awaited<ReturnType<typeof state>>;
  beforeEach(async () => {
    await reconcile(account);
    good = await state(account);
  });

  const bindingPath = (vhost: string, key: string) => [
    "bindings",
    vhost,
    "e",
    "agent_requests_exchange",
    "q",
    queue,
    key,
  ];

  type Damage = (api: Vhost["api"], vhost: string) => Promise<unknown>;
  const damages: [string, Damage][] = [
    ["its queue", (api, v) => api.call("DELETE", ["queues", v, queue])],
    [
      "its queue's limits",
      async (api, v) => {
        await api.call("DELETE", ["queues", v, queue]);
        await api.call("PUT", ["queues", v, queue], { durable: true, arguments: {} });
      },
    ],
    ["its binding", (api, v) => api.call("DELETE", bindingPath(v, `agent.${agentId}`))],
    [
      "a binding to another's requests",
      (api, v) =>
        api.call("POST", ["bindings", v, "e", "agent_requests_exchange", "q", queue], {
          routing_key: `agent.${stranger.agentId}`,
        }),
    ],
    ["its user", (api) => api.call("DELETE", ["users", username])],
    ["its password", (api) => api.call("PUT", ["users", username], { password: "x", tags: "" })],
    [
      "a tag that opens the management interface",
      (api) =>
        api.call("PUT", ["users", username], {
          password_hash: account.passwordHash,
          tags: "administrator",
        }),
    ],
    ["its topic permission", (api, v) => api.call("DELETE", ["topic-permissions", v, username])],
    [
      "a wider topic permission",
      (api, v) =>
        api.call("PUT", ["topic-permissions", v, username], {
          exchange: "agent_responses",
          write: ".*",
          read: ".*",
        }),
    ],
    ["its permissions", (api, v) => api.call("DELETE", ["permissions", v, username])],
    [
      "wider permissions",
      (api, v) =>
        api.call("PUT", ["permissions", v, username], { configure: ".*", write: ".*", read: ".*" }),
    ],
    ["its limits", (api) => api.call("DELETE", ["user-limits", username, "max-channels"])],
    [
      "the requests' exchange",
      (api, v) => api.call("DELETE", ["exchanges", v, "agent_requests_exchange"]),
    ],
    [
      "the responses' exchange, made of another type",
      async (api, v) => {
        await api.call("DELETE", ["exchanges", v, "agent_responses"]);
        await api.call("PUT", ["exchanges", v, "agent_responses"], { type: "fanout" });
      },
    ],
    ["the queue of results", (api, v) => api.call("DELETE", ["queues", v, "agent_results"])],
    [
      "the queue of heartbeats, made without limits",
      async (api, v) => {
        await api.call("DELETE", ["queues", v, "agent_heartbeats"]);
        await api.call("PUT", ["queues", v, "agent_heartbeats"], { durable: true });
      },
    ],
    ["everything", (api, v) => api.call("DELETE", ["vhosts", v])],
  ];

  it.for(damages)("mends %s", async ([, damage]) => {
    await damage(home.api, home.vhost);
    expect(await state(account).catch(() => "nothing left")).not.toEqual(good);
    await reconcile(account);
    expect(await state(account)).toEqual(good);
  });

  it("leaves a shared queue declared otherwise while something waits in it, and takes it later", async () => {
    const { api, vhost } = home;
    await api.call("DELETE", ["queues", vhost, "agent_undelivered"]);
    await api.call("PUT", ["queues", vhost, "agent_undelivered"], { durable: true });
    const connection = await home.connect();
    await refusal(connection, (channel) =>
      channel.sendToQueue("agent_undelivered", Buffer.from("1")),
    );
    await reconcile(account);
    expect(await refusal(connection, (channel) => channel.purgeQueue("agent_undelivered"))).toBe(
      "allowed",
    );
    expect(await state(account)).not.toEqual(good);
    await reconcile(account);
    expect(await state(account)).toEqual(good);
  });

  it("tells the agent whose queue it makes again", async () => {
    const { api, vhost } = home;
    await api.call("DELETE", ["queues", vhost, queue]);
    await api.call("PUT", ["queues", vhost, queue], {
      durable: true,
      arguments: { "x-queue-type": "quorum" },
    });
    const channel = await (await home.connectAs(account)).createChannel();
    const told = Promise.withResolvers<unknown>();
    await channel.consume(queue, told.resolve);
    await reconcile(account);
    expect(await told.promise).toBeNull();
    expect(await state(account)).toEqual(good);
  });

  it("removes the account and the queue that no row knows", async () => {
    await home.admin.ensureAccount(stranger);
    const connection = await home.connectAs(stranger);
    const closed = once(connection, "close");
    await reconcile(account);
    await closed;
    expect(await state(account)).toEqual(good);
    expect((await state(stranger)).users).toEqual([]);
  });

  it("keeps what others made: users and queues that are not agents', and a neighbour's agents", async () => {
    const { api, vhost } = home;
    await using neighbour = await freshVhost();
    const theirs = newAccount();
    await neighbour.admin.ensureAccount(theirs);
    await api.call("PUT", ["users", "agent.smith"], { password: "x", tags: "" });
    await api.call("PUT", ["permissions", vhost, "agent.smith"], {
      configure: "",
      write: "",
      read: "",
    });
    await api.call("PUT", ["queues", vhost, "agent.custom"], { durable: true });
    const before = await state(theirs);
    await reconcile(account);
    expect(await state(theirs)).toEqual(before);
    await neighbour.connectAs(theirs);
    await api.call("DELETE", ["users", "agent.smith"]);
    await api.call("DELETE", ["queues", vhost, "agent.custom"]);
  });

  it("does not bring back an account whose row went while it was made", async () => {
    const answers = [[account, stranger], [account]];
    await home.admin.reconcile(() => Promise.resolve(answers.shift() ?? []));
    expect(await state(account)).toEqual(good);
  });

  it("ends with the password that the row has in the end", async () => {
    const renewed = { ...stranger, passwordHash: brokerPasswordHash("new"), password: "new" };
    const answers = [
      [account, stranger],
      [account, renewed],
    ];
    await home.admin.reconcile(() => Promise.resolve(answers.shift() ?? []));
    await home.connectAs(renewed);
  });
});

describe("a management interface in trouble", () => {
  it("that does not answer is given up after two seconds", async () => {
    await using silent = await silentServer();
    const admin = rabbitAdmin({ ...home, managementUrl: silent.url });
    const since = Date.now();
    await expect(admin.ensureAccount(newAccount())).rejects.toThrow(/timeout/i);
    expect(Date.now() - since).toBeLessThan(3_000);
  });

  it("is quoted without the credentials", async () => {
    const url = new URL(home.managementUrl);
    url.password = "wrong-secret";
    const admin = rabbitAdmin({ ...home, managementUrl: url.href });
    const error: unknown = await admin.removeAccount(newAccount()).catch((e: unknown) => e);
    expect(String(error)).toMatch(/401 to DELETE \/users\/agent\./);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("wrong-secret");
  });
});

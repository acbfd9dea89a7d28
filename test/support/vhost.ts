import { randomBytes } from "node:crypto";

import { rabbitAdmin } from "@netcheck/adapters/rabbit-admin";
import { management, managementLogin } from "@netcheck/adapters/rabbit-management";
import { brokerPasswordHash, brokerUsername } from "@netcheck/kernel/broker";
import { newId } from "@netcheck/kernel/id";
import { type Channel, type ChannelModel, connect } from "amqplib";

const exchanges = {
  requestExchange: "agent_requests_exchange",
  responseExchange: "agent_responses",
};

export type Vhost = Awaited<ReturnType<typeof freshVhost>>;
export type Account = ReturnType<typeof newAccount>;

/** The row of an agent, and the password that only the agent knows. */
export function newAccount() {
  const agentId = newId<"agent">(new Date());
  const password = randomBytes(12).toString("hex");
  return {
    agentId,
    username: brokerUsername(agentId),
    passwordHash: brokerPasswordHash(password),
    queue: `agent.${agentId}.${randomBytes(8).toString("hex")}`,
    password,
  };
}

/** A virtual host for one file, with the topology of the platform in it. */
export async function freshVhost() {
  const managementUrl = process.env["AMQP_MANAGEMENT_URL"] ?? "";
  const platformUrl = new URL(process.env["AMQP_URL"] ?? "");
  const vhost = `test_${randomBytes(6).toString("hex")}`;
  platformUrl.pathname = `/${vhost}`;
  const admin = rabbitAdmin({ managementUrl, vhost, ...exchanges });
  const api = management(managementLogin(managementUrl), { callMs: 5_000, totalMs: 300_000 });
  const open: ChannelModel[] = [];
  await admin.ensureTopology();

  async function connectTo(options: Parameters<typeof connect>[0]) {
    const connection = await connect(options, { noDelay: true, timeout: 5_000 });
    connection.on("error", () => undefined);
    open.push(connection);
    return connection;
  }

  return {
    vhost,
    admin,
    api,
    managementUrl,
    platformUrl: platformUrl.href,
    ...exchanges,
    connect: () => connectTo(platformUrl.href),
    connectAs: ({ username, password }: Account, to = vhost) => {
      const { hostname, port } = platformUrl;
      const vhostPart = encodeURIComponent(to);
      return connectTo({ hostname, port: Number(port), username, password, vhost: vhostPart });
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(open.map((connection) => connection.close()));
      await admin.reconcile(() => Promise.resolve([]));
      await api.call("DELETE", ["vhosts", vhost], undefined, [404]);
    },
  };
}

/** The AMQP reply code with which the broker closes the channel under `work`, or "allowed". */
export async function refusal(connection: ChannelModel, work: (channel: Channel) => unknown) {
  const channel = await connection.createConfirmChannel();
  const refused = new Promise<number>((resolve) => {
    channel.on("error", (error: Error & { code: number }) => resolve(error.code));
  });
  const done = async () => {
    await work(channel);
    await channel.waitForConfirms();
    await channel.close();
    return "allowed" as const;
  };
  return await Promise.race([refused, done().catch(() => refused)]);
}

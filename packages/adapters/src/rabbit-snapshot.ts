import type { BrokerAccount } from "@netcheck/kernel/broker";
import * as z from "zod";

import type { Management } from "./rabbit-management.ts";
import { accountRights, type Exchanges, requestQueue } from "./rabbit-topology.ts";

const User = z.object({
  name: z.string(),
  password_hash: z.string().default(""),
  hashing_algorithm: z.string().nullish(),
  tags: z.union([z.string(), z.array(z.string())]),
});
const Queue = z.object({
  name: z.string(),
  durable: z.boolean(),
  auto_delete: z.boolean(),
  arguments: z.record(z.string(), z.unknown()),
  messages: z.number().nullish(),
});
const Binding = z.object({
  source: z.string(),
  destination: z.string(),
  destination_type: z.string(),
  routing_key: z.string(),
  properties_key: z.string(),
});
const Permission = z.object({
  user: z.string(),
  configure: z.string(),
  write: z.string(),
  read: z.string(),
});
const TopicPermission = z.object({
  user: z.string(),
  exchange: z.string(),
  write: z.string(),
  read: z.string(),
});
const Limits = z.object({ user: z.string(), value: z.record(z.string(), z.number()) });

/** What the broker holds of agents, read in one go. */
export type Snapshot = Awaited<ReturnType<typeof readSnapshot>>;

const USERNAME = /^agent\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const QUEUE = /^agent\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\../;

/** Users are the broker's, not the vhost's: the tag tells ours from those of a neighbour. */
export const ownershipTag = (vhost: string) => `netcheck.${vhost}`;

export async function readSnapshot(api: Management, vhost: string) {
  const [users, queues, bindings, permissions, topicPermissions, limits] = await Promise.all([
    api.list(["users"], User),
    api.list(["queues", vhost], Queue),
    api.list(["bindings", vhost], Binding),
    api.list(["vhosts", vhost, "permissions"], Permission),
    api.list(["vhosts", vhost, "topic-permissions"], TopicPermission),
    api.list(["user-limits"], Limits),
  ]);
  const toQueues = bindings.filter(
    ({ source, destination_type }) => source !== "" && destination_type === "queue",
  );
  return {
    tag: ownershipTag(vhost),
    users: new Map(users.map((user) => [user.name, user])),
    queues: new Map(queues.map((queue) => [queue.name, queue])),
    bindings: Map.groupBy(toQueues, ({ destination }) => destination),
    permissions: new Map(permissions.map((permission) => [permission.user, permission])),
    topicPermissions: Map.groupBy(topicPermissions, ({ user }) => user),
    limits: new Map(limits.map(({ user, value }) => [user, value])),
  };
}

/** Whether every piece of the account is there and as it should be. */
export function isInOrder(found: Snapshot, account: BrokerAccount, exchanges: Exchanges) {
  const { username, passwordHash, queue } = account;
  const rights = accountRights(account, exchanges);
  const user = found.users.get(username);
  const made = found.queues.get(queue);
  const bindings = found.bindings.get(queue) ?? [];
  const topics = found.topicPermissions.get(username) ?? [];
  const topic = topics.find(({ exchange }) => exchange === rights.topicPermission.exchange);
  return (
    user?.password_hash === passwordHash &&
    user.hashing_algorithm === "rabbit_password_hashing_sha256" &&
    String(user.tags) === found.tag &&
    made?.durable === true &&
    !made.auto_delete &&
    holds(made.arguments, requestQueue) &&
    bindings.length === 1 &&
    strayBindings(found, account, exchanges).length === 0 &&
    holds(found.permissions.get(username), rights.permission) &&
    holds(topic, rights.topicPermission) &&
    holds(found.limits.get(username), rights.limits)
  );
}

/** Bindings that bring the account's queue anything but its own requests. */
export function strayBindings(found: Snapshot, account: BrokerAccount, exchanges: Exchanges) {
  const { exchange, queue, routingKey } = accountRights(account, exchanges).binding;
  const bindings = found.bindings.get(queue) ?? [];
  return bindings.filter((b) => b.source !== exchange || b.routing_key !== routingKey);
}

/** Users and queues that look like an agent's in our vhost and that no account knows. */
export function strangers(found: Snapshot, accounts: readonly BrokerAccount[]) {
  const usernames = new Set(accounts.map(({ username }) => username));
  const queueNames = new Set(accounts.map(({ queue }) => queue));
  const users = [...found.users.values()].filter(
    ({ name, tags }) =>
      USERNAME.test(name) &&
      !usernames.has(name) &&
      (String(tags) === found.tag || found.permissions.has(name)),
  );
  const queues = [...found.queues.keys()].filter((q) => QUEUE.test(q) && !queueNames.has(q));
  return { usernames: users.map(({ name }) => name), queues };
}

function holds(found: Record<string, unknown> | undefined, wanted: Record<string, unknown>) {
  return (
    found !== undefined && Object.entries(wanted).every(([key, value]) => found[key] === value)
  );
}

import { setTimeout as sleep } from "node:timers/promises";

import type { BrokerAccount, BrokerAdmin } from "@netcheck/kernel/broker";
import { log } from "@netcheck/kernel/log";
import { count } from "@netcheck/kernel/metrics";

import { METRICS } from "./metric-catalogue.ts";
import { type Management, management, managementLogin } from "./rabbit-management.ts";
import { watchForSilence } from "./rabbit-silent-queue.ts";
import {
  isInOrder,
  ownershipTag,
  readSnapshot,
  type Snapshot,
  strangers,
  strayBindings,
} from "./rabbit-snapshot.ts";
import {
  accountRights,
  type Arguments,
  type Exchanges,
  requestQueue,
  sharedTopology,
  workerPermission,
} from "./rabbit-topology.ts";

type Options = Exchanges & {
  /** With credentials of an administrator: `http://user:password@host:15672`. */
  managementUrl: string;
  vhost: string;
  /** Whom the worker connects as; given what it needs, if it is not the administrator itself. */
  platformUser?: string;
};

type Account = Pick<BrokerAccount, "username" | "queue">;

const REQUEST = { callMs: 2_000, totalMs: 8_000 };
const SCHEDULE = { callMs: 10_000, totalMs: 120_000 };
const AT_ONCE = 8;
/** Consumers of a quorum queue that is back within some 40 ms are never told that theirs is gone. */
const CANCEL_MS = 500;

/**
 * `BrokerAdmin` over RabbitMQ's management interface, 3.10 and later. An account's call ends within
 * 8 s, a reconciliation within 2 min. Errors are plain, and say what the broker answered.
 */
export function rabbitAdmin(options: Options): BrokerAdmin & { ensureTopology(): Promise<void> } {
  const { vhost } = options;
  const login = managementLogin(options.managementUrl);
  const open = (limits: typeof REQUEST) => management(login, limits);
  const findSilent = watchForSilence();

  async function ensureTopology(api: Management) {
    await api.call("PUT", ["vhosts", vhost], {});
    await api.call("PUT", ["permissions", vhost, login.username], EVERYTHING);
    if (options.platformUser && options.platformUser !== login.username) {
      const path = ["permissions", vhost, options.platformUser];
      await api.call("PUT", path, workerPermission(options));
    }
    const { exchanges, queues, bindings } = sharedTopology(options);
    for (const { name, type } of exchanges) await ensureExchange(api, name, type);
    for (const { name, arguments: args } of queues) await ensureQueue(api, name, args);
    for (const { exchange, queue, routingKey } of bindings) {
      await bind(api, exchange, queue, routingKey);
    }
  }

  async function ensureExchange(api: Management, name: string, type: string) {
    const path = ["exchanges", vhost, name];
    const body = { type, durable: true, auto_delete: false, internal: false, arguments: {} };
    const { status } = await api.call("PUT", path, body, [400]);
    if (status !== 400) return;
    log.warn("exchange was declared otherwise and is made again", { exchange: name });
    await api.call("DELETE", path, undefined, [404]);
    await api.call("PUT", path, body);
  }

  /** A queue declared otherwise is made again once nothing waits in it; until then it stays. */
  async function ensureQueue(api: Management, name: string, args: Arguments) {
    const path = ["queues", vhost, name];
    const body = { durable: true, auto_delete: false, arguments: args };
    const { status, reason } = await api.call("PUT", path, body, [400]);
    if (status !== 400) return;
    const peek = { count: 1, ackmode: "ack_requeue_true", encoding: "base64", truncate: 1 };
    const waiting = await api.call("POST", [...path, "get"], peek);
    if (waiting.reason !== "[]") return count(METRICS.queueLeft, {}, { queue: name, reason });
    log.warn("queue was declared otherwise and is made again", { queue: name, reason });
    await api.call("DELETE", path, undefined, [404]);
    await sleep(CANCEL_MS);
    await api.call("PUT", path, body);
  }

  async function bind(api: Management, exchange: string, queue: string, routingKey: string) {
    const path = ["bindings", vhost, "e", exchange, "q", queue];
    await api.call("POST", path, { routing_key: routingKey, arguments: {} });
  }

  async function ensureAccount(api: Management, account: BrokerAccount) {
    const { username, passwordHash, queue } = account;
    const { binding, limits, topicPermission, permission } = accountRights(account, options);
    await ensureQueue(api, queue, requestQueue);
    await bind(api, binding.exchange, binding.queue, binding.routingKey);
    await api.call("PUT", ["users", username], {
      password_hash: passwordHash,
      hashing_algorithm: "rabbit_password_hashing_sha256",
      tags: ownershipTag(vhost),
    });
    for (const [limit, value] of Object.entries(limits)) {
      await api.call("PUT", ["user-limits", username, limit], { value });
    }
    // Permissions come last: where no topic permission exists, any routing key passes.
    await api.call("PUT", ["topic-permissions", vhost, username], topicPermission);
    await api.call("PUT", ["permissions", vhost, username], permission);
  }

  async function mendAccount(api: Management, found: Snapshot, account: BrokerAccount) {
    for (const { source, destination, properties_key } of strayBindings(found, account, options)) {
      const path = ["bindings", vhost, "e", source, "q", destination, properties_key];
      await api.call("DELETE", path, undefined, [404]);
    }
    await ensureAccount(api, account);
  }

  async function removeUser(api: Management, username: string) {
    await api.call("DELETE", ["users", username], undefined, [404]);
    // Deleting the user closes its connections; this catches one that was just being opened.
    await api.call("DELETE", ["connections", "username", username], undefined, [404]);
  }

  async function removeQueue(api: Management, queue: string) {
    await api.call("DELETE", ["queues", vhost, queue], undefined, [404]);
  }

  /** Whether a queue lets its messages be fetched; one whose leader is gone answers with an error or not at all. */
  async function answers(api: Management, queue: string) {
    const body = { count: 1, ackmode: "ack_requeue_true", encoding: "base64", truncate: 1 };
    const asked = api.call("POST", ["queues", vhost, queue, "get"], body, [404]);
    return await asked.then(
      () => true,
      () => false,
    );
  }

  /** Those of our queues that stay silent when they are asked as well; whoever waits at them is told that they are gone. */
  async function removeSilent(api: Management, suspects: readonly string[]) {
    const removed: string[] = [];
    const errors = await each(suspects, async (queue) => {
      if (await answers(api, queue)) return;
      log.warn("queue answers nothing and is made again", { queue });
      count(METRICS.queueSilent, {}, { queue });
      await removeQueue(api, queue);
      removed.push(queue);
    });
    return { removed, errors };
  }

  async function removeAccount(api: Management, { username, queue }: Account) {
    await removeUser(api, username);
    await removeQueue(api, queue);
  }

  /** The rows may have changed while accounts were made from them: what was made follows. */
  async function settle(
    api: Management,
    made: readonly BrokerAccount[],
    rows: readonly BrokerAccount[],
  ) {
    const current = new Map(rows.map((row) => [row.username, row]));
    return await each(made, async (account) => {
      const row = current.get(account.username);
      if (!row) await removeAccount(api, account);
      else if (row.passwordHash !== account.passwordHash) await ensureAccount(api, row);
    });
  }

  return {
    ensureTopology: () => ensureTopology(open(SCHEDULE)),
    ensureAccount: (account) => ensureAccount(open(REQUEST), account),
    removeAccount: (account) => removeAccount(open(REQUEST), account),
    async reconcile(accounts) {
      const api = open(SCHEDULE);
      await ensureTopology(api);
      const found = await readSnapshot(api, vhost);
      const wanted = await accounts();
      const unknown = strangers(found, wanted);
      const shared = sharedTopology(options).queues.map(({ name }) => name);
      const ours = new Set([...shared, ...wanted.map(({ queue }) => queue)]);
      const suspects = findSilent([...found.queues.values()]).filter((name) => ours.has(name));
      const silent = await removeSilent(api, suspects);
      if (silent.removed.some((name) => shared.includes(name))) await ensureTopology(api);
      const lacking = wanted.filter(
        (account) => silent.removed.includes(account.queue) || !isInOrder(found, account, options),
      );
      const errors = [
        ...silent.errors,
        ...(await each(unknown.usernames, (username) => removeUser(api, username))),
        ...(await each(unknown.queues, (queue) => removeQueue(api, queue))),
        ...(await each(lacking, (account) => mendAccount(api, found, account))),
      ];
      if (lacking.length > 0) errors.push(...(await settle(api, lacking, await accounts())));
      if (errors.length > 0) throw new AggregateError(errors, "Not every account is in order.");
    },
  };
}

const EVERYTHING = { configure: ".*", write: ".*", read: ".*" };

/** Eight at a time; one that fails does not keep the others from their turn. Returns the errors. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>) {
  const errors: unknown[] = [];
  const rest = items.values();
  const turn = async () => {
    for (const item of rest) await work(item).catch((error: unknown) => errors.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, turn));
  return errors;
}

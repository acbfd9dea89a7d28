import { rabbitAdmin } from "@netcheck/adapters/rabbit-admin";
import { readSnapshot } from "@netcheck/adapters/rabbit-snapshot";
import { type BrokerAccount, type BrokerAdmin, brokerPasswordHash } from "@netcheck/kernel/broker";
import { describe, expect, it } from "vitest";

import { brokerAdminTwin } from "../support/broker-admin-twin.ts";
import { edgeBefore } from "../support/edge.ts";
import { mortal } from "../support/intercepted.ts";
import { freshVhost, newAccount } from "../support/vhost.ts";

/** The port, what is behind it, and a caller of it that dies after so many steps. */
type Subject = AsyncDisposable & {
  admin: BrokerAdmin;
  dying(steps: number): Promise<AsyncDisposable & { admin: BrokerAdmin }>;
  /** The password hash and the queue of each user that can log in. */
  held(): Promise<Map<string, string>>;
};

async function real(): Promise<Subject> {
  const vhost = await freshVhost();
  return {
    admin: vhost.admin,
    async dying(steps) {
      const edge = await edgeBefore(vhost.managementUrl, steps);
      return { ...edge, admin: rabbitAdmin({ ...vhost, managementUrl: edge.url }) };
    },
    async held() {
      const { users, permissions, queues } = await readSnapshot(vhost.api, vhost.vhost);
      const ours = [...users.values()].filter(({ name }) => permissions.get(name)?.read !== ".*");
      const pairs = ours.flatMap(({ name, password_hash: hash }) => {
        const queue = [...queues.keys()].find((one) => one.startsWith(`${name}.`));
        return permissions.has(name) && queue ? [[name, `${hash} ${queue}`] as const] : [];
      });
      return new Map(pairs);
    },
    [Symbol.asyncDispose]: () => vhost[Symbol.asyncDispose](),
  };
}

function twin(): Promise<Subject> {
  const broker = brokerAdminTwin();
  const nothing = { [Symbol.asyncDispose]: () => Promise.resolve() };
  return Promise.resolve({
    ...nothing,
    admin: broker,
    dying: (steps) =>
      Promise.resolve({ ...nothing, admin: broker.over(mortal(steps, "before").around) }),
    held: () => {
      const pairs = [...broker.accounts().values()].map(
        ({ username, passwordHash, queue }) => [username, `${passwordHash} ${queue}`] as const,
      );
      return Promise.resolve(new Map(pairs));
    },
  });
}

const as = (...accounts: BrokerAccount[]) =>
  new Map(accounts.map((one) => [one.username, `${one.passwordHash} ${one.queue}`]));

describe.each([
  ["RabbitMQ", real],
  ["the twin", twin],
])("the port to the broker's accounts: %s", (_, open) => {
  it("makes an account once, however often it is asked, and with the newest password", async () => {
    await using subject = await open();
    const account = newAccount();
    await subject.admin.ensureAccount(account);
    await subject.admin.ensureAccount(account);
    expect(await subject.held()).toEqual(as(account));
    const renewed = { ...account, passwordHash: brokerPasswordHash("new") };
    await subject.admin.ensureAccount(renewed);
    expect(await subject.held()).toEqual(as(renewed));
  });

  it("removes an account, and nothing there is success", async () => {
    await using subject = await open();
    const [one, other] = [newAccount(), newAccount()];
    await subject.admin.removeAccount(one);
    await subject.admin.ensureAccount(one);
    await subject.admin.ensureAccount(other);
    await subject.admin.removeAccount(one);
    await subject.admin.removeAccount(one);
    expect(await subject.held()).toEqual(as(other));
  });

  it("reconciles to the rows: makes what is missing, mends what differs, removes what no row knows", async () => {
    await using subject = await open();
    const [missing, differs, unknown] = [newAccount(), newAccount(), newAccount()];
    await subject.admin.ensureAccount(unknown);
    await subject.admin.ensureAccount({ ...differs, passwordHash: brokerPasswordHash("old") });
    await subject.admin.reconcile(() => Promise.resolve([missing, differs]));
    expect(await subject.held()).toEqual(as(missing, differs));
  });

  it("reads the rows again after it made anything, and follows them", async () => {
    await using subject = await open();
    const [stays, goes] = [newAccount(), newAccount()];
    const renewed = { ...stays, passwordHash: brokerPasswordHash("new") };
    const answers = [[stays, goes], [renewed]];
    await subject.admin.reconcile(() => Promise.resolve(answers.shift() ?? [renewed]));
    expect(await subject.held()).toEqual(as(renewed));
  });

  it("leaves nothing that a reconciliation does not bring in order, whichever step was the last", async () => {
    await using subject = await open();
    for (let steps = 0, died = true; died; steps++) {
      await using caller = await subject.dying(steps);
      const account = newAccount();
      const made = caller.admin.ensureAccount(account);
      died = await made.then(
        () => false,
        () => true,
      );
      await subject.admin.reconcile(() => Promise.resolve([account]));
      expect(await subject.held()).toEqual(as(account));
      await subject.admin.reconcile(() => Promise.resolve([]));
      expect(await subject.held()).toEqual(as());
      expect(steps).toBeLessThan(20);
    }
  });
});

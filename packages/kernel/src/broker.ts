import { createHash, randomBytes } from "node:crypto";

/** What must exist at the broker for one agent. Derived from its row alone. */
export type BrokerAccount = {
  agentId: string;
  username: string;
  /** RabbitMQ's salted SHA-256 (`rabbit_password_hashing_sha256`), base64. */
  passwordHash: string;
  queue: string;
};

/** Port to the broker's management interface. Level-triggered: each call may be repeated. */
export type BrokerAdmin = {
  /** Makes or mends the account and its queue, in the order that never leaves it too powerful. */
  ensureAccount(account: BrokerAccount): Promise<void>;
  /** Deletes user and queue; the user's connections are closed. Nothing there is success. */
  removeAccount(account: Pick<BrokerAccount, "username" | "queue">): Promise<void>;
  /**
   * Makes or mends the shared topology and every account, and removes accounts that are not listed.
   * `accounts` reads the rows: it is called after the broker was looked at, and again after anything
   * was made, so that an agent registered or revoked meanwhile is neither removed nor brought back.
   */
  reconcile(accounts: () => Promise<readonly BrokerAccount[]>): Promise<void>;
};

/** The agent's user at the broker; the worker reads the agent's id back from it. */
export const brokerUsername = (agentId: string) => `agent.${agentId}`;

/** Base64 of a 4-byte salt and SHA-256(salt + password): https://www.rabbitmq.com/docs/passwords */
export function brokerPasswordHash(password: string) {
  const salt = randomBytes(4);
  const digest = createHash("sha256").update(salt).update(password, "utf8").digest();
  return Buffer.concat([salt, digest]).toString("base64");
}

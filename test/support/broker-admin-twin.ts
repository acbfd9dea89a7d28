import type { BrokerAccount, BrokerAdmin } from "@netcheck/kernel/broker";

/** A broker in memory that can be told to fail, held to the same contract as the real one. */
export function brokerAdminTwin() {
  const accounts = new Map<string, BrokerAccount>();
  let failure: Error | undefined;
  const attempt = () => (failure ? Promise.reject(failure) : Promise.resolve());

  const admin: BrokerAdmin = {
    async ensureAccount(account) {
      await attempt();
      accounts.set(account.username, account);
    },
    async removeAccount({ username }) {
      await attempt();
      accounts.delete(username);
    },
    async reconcile(list) {
      await attempt();
      const wanted = await list();
      accounts.clear();
      for (const account of wanted) accounts.set(account.username, account);
    },
  };
  return {
    ...admin,
    accounts,
    fail: (error: Error | undefined) => {
      failure = error;
    },
  };
}

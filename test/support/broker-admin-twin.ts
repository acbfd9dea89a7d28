import type { BrokerAccount, BrokerAdmin } from "@netcheck/kernel/broker";

const USER = ["user", "limits", "topicPermission", "permission"] as const;
const QUEUE = ["queue", "binding"] as const;
const PIECES = [...QUEUE, ...USER] as const;
type Piece = (typeof PIECES)[number];
type Around = <T>(step: () => Promise<T>) => Promise<T>;

/**
 * A broker in memory whose every inner step can be made to fail, held to the same contract as the
 * real one. `around` stands between a caller and each step.
 */
export function brokerAdminTwin() {
  const made = new Map<string, Map<Piece, BrokerAccount>>();
  let failure: Error | undefined;

  const over = (around: Around): BrokerAdmin => {
    const step = (work: () => void) =>
      around(async () => {
        if (failure) throw failure;
        work();
      });

    async function ensureAccount(account: BrokerAccount) {
      for (const piece of PIECES) {
        await step(() => {
          const pieces = made.get(account.username) ?? new Map<Piece, BrokerAccount>();
          made.set(account.username, pieces.set(piece, account));
        });
      }
    }

    async function removeAccount({ username }: Pick<BrokerAccount, "username">) {
      for (const group of [USER, QUEUE]) {
        await step(() => {
          const pieces = made.get(username);
          for (const piece of group) pieces?.delete(piece);
          if (pieces?.size === 0) made.delete(username);
        });
      }
    }

    return {
      ensureAccount,
      removeAccount,
      async reconcile(list) {
        const wanted = new Map((await list()).map((account) => [account.username, account]));
        for (const username of made.keys()) {
          if (!wanted.has(username)) await removeAccount({ username });
        }
        for (const account of wanted.values()) await ensureAccount(account);
        const now = new Map((await list()).map((account) => [account.username, account]));
        for (const { username } of wanted.values()) {
          const row = now.get(username);
          await (row ? ensureAccount(row) : removeAccount({ username }));
        }
      },
    };
  };

  return {
    ...over((step) => step()),
    over,
    /** The accounts of which every piece is there and says the same. */
    accounts: () => {
      const whole = [...made.values()].flatMap((pieces) => {
        const [first, ...rest] = PIECES.map((piece) => pieces.get(piece));
        return first && rest.every((piece) => same(piece, first)) ? [first] : [];
      });
      return new Map(whole.map((account) => [account.username, account]));
    },
    /** Every name of which there is so much as a piece. */
    usernames: () => [...made.keys()],
    empty: () => made.clear(),
    fail: (error: Error | undefined) => {
      failure = error;
    },
  };
}

function same(one: BrokerAccount | undefined, other: BrokerAccount) {
  return one?.passwordHash === other.passwordHash && one.queue === other.queue;
}

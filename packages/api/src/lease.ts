import { log } from "@netcheck/kernel/log";

type Options<K, T> = {
  read: () => Promise<K>;
  open: (key: K) => Promise<T>;
  /** Lets go what was opened for an earlier key. */
  close: (value: T) => Promise<void>;
  forMs: number;
  now?: () => number;
};

/**
 * What is opened from a key that others may change: asks for the key again once it is older than
 * `forMs`, opens anew only if it is another, and keeps what is open when nobody answers.
 */
export function lease<K, T>({ read, open, close, forMs, now = Date.now }: Options<K, T>) {
  let held: { id: string; value: T; readAt: number } | undefined;
  let renewing: Promise<T> | undefined;

  async function renew() {
    const before = held;
    try {
      const key = await read();
      const id = JSON.stringify(key);
      const value = before?.id === id ? before.value : await open(key);
      held = { id, value, readAt: now() };
      if (before && before.value !== value) void letGo(before.value);
      return value;
    } catch (error) {
      if (!before) throw error;
      log.warn("what is open is kept, for its key cannot be read", { error });
      return before.value;
    }
  }

  async function letGo(value: T) {
    try {
      await close(value);
    } catch (error) {
      log.warn("what was opened for an earlier key is not closed in order", { error });
    }
  }

  return async () => {
    if (held && now() - held.readAt <= forMs) return held.value;
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    return await renewing;
  };
}

import { setTimeout as sleep } from "node:timers/promises";

type Patience = { attempts: number; limitMs: number; pauseMs: number };

/** Longer than a function and a database need to wake. */
const PATIENCE: Patience = { attempts: 3, limitMs: 10_000, pauseMs: 5_000 };

/** Throws what the last attempt met, unless one is answered 200 in time. */
export async function ask(url: string, patience: Patience = PATIENCE): Promise<void> {
  const { attempts, limitMs, pauseMs } = patience;
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
    if (status !== 200) throw new Error(`${url} answered ${status}.`);
  } catch (error) {
    if (attempts === 1) throw error;
    await sleep(pauseMs);
    await ask(url, { ...patience, attempts: attempts - 1 });
  }
}

import type { Unconnected } from "./connect-failure.ts";
import type { Connected } from "./connect.ts";
import type { Tried } from "./tried.ts";
import { pause } from "./wait.ts";

/** How long an address is tried alone before the next one as well (RFC 8305, 5). */
const HEAD_START_MS = 250;

/** A connection, made and reset at once, or leading elsewhere: no other address changes that. */
const DECISIVE = new Set(["reset", "refused_by_policy"]);

/** An address that was tried, filled in, and what came of it. */
export type Try = { tried: Tried; connected: Connected };

/** What decided; or how each failed, in the order of their ends. */
export type Raced = Try | { failed: readonly Unconnected[] };

/**
 * Tries addresses in their order, each with a head start before the next, which begins at once
 * where one fails. The first connection counts, and every other is destroyed.
 */
export async function race(
  addresses: readonly Tried[],
  run: (tried: Tried, signal: AbortSignal) => Promise<Try>,
  given: AbortSignal,
): Promise<Raced> {
  const over = new AbortController();
  const signal = AbortSignal.any([given, over.signal]);
  const running = new Map<Tried, Promise<Try>>();
  const waiting = [...addresses];
  const failed: Unconnected[] = [];
  try {
    for (;;) {
      const next = signal.aborted ? undefined : waiting.shift();
      if (next) running.set(next, run(next, signal));
      if (running.size === 0) return { failed };
      const isLast = waiting.length === 0 || signal.aborted;
      const patience = isLast ? [] : [pause(HEAD_START_MS, signal)];
      const ended = await Promise.race([...running.values(), ...patience]);
      if (!ended) continue;
      running.delete(ended.tried);
      const { connected } = ended;
      if ("socket" in connected || DECISIVE.has(connected.outcome)) return ended;
      failed.push(connected);
    }
  } finally {
    over.abort();
    for (const loser of await Promise.all(running.values())) abandon(loser);
  }
}

/** It may have connected in the same moment. */
function abandon({ tried, connected }: Try) {
  if ("socket" in connected) connected.socket.destroy();
  tried.outcome = "abandoned";
  delete tried.message;
}

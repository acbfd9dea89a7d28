import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { networkOf } from "@netcheck/kernel/network";
import { takeFrom } from "@netcheck/kernel/rate-limit";

import type { IdentityCtx } from "./ctx.ts";
import { bucketOf } from "./redis-key.ts";

const WINDOW = { windowSeconds: 300 };
const PER_ACCOUNT_AND_NETWORK = { name: "sign_in", most: 10, ...WINDOW };
const PER_NETWORK = { name: "sign_in_network", most: 100, ...WINDOW };
/** Guesses from anywhere; beyond them each further one takes longer. */
const PER_ACCOUNT = { name: "sign_in_account", most: 20, ...WINDOW, onlyTells: true };
const PER_TOKEN_AND_NETWORK = { name: "refresh", most: 60, ...WINDOW };
const REFRESH_PER_NETWORK = { name: "refresh_network", most: 300, ...WINDOW };

const SLOW_MS = 1_000;

/**
 * Counts an attempt before its password is looked at; a success gives it back, so what is counted are
 * failures and what is under way. An account that is guessed at from everywhere is slowed, never locked.
 */
export async function beginSignIn(ctx: IdentityCtx, email: string) {
  const [account, network] = [digest(email), networkOf(ctx)];
  const { levels, giveBack } = await takeFrom(ctx, [
    bucketOf(PER_ACCOUNT_AND_NETWORK, account, network),
    bucketOf(PER_NETWORK, network),
    bucketOf(PER_ACCOUNT, account),
  ]);
  if (levels.some(({ waitMs }) => waitMs > 0)) await pause(SLOW_MS);
  return { giveBack };
}

/** The same for a refresh, whose account is not known yet: counted per token instead. */
export function beginRefresh(ctx: IdentityCtx, token: string) {
  const network = networkOf(ctx);
  return takeFrom(ctx, [
    bucketOf(PER_TOKEN_AND_NETWORK, digest(token), network),
    bucketOf(REFRESH_PER_NETWORK, network),
  ]);
}

/** Keys of Redis carry neither addresses of people nor secrets. */
function digest(text: string) {
  return createHash("sha256").update(text).digest("base64url");
}

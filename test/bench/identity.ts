import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { hashPassword, verifyPassword } from "@netcheck/identity/password";
import type { Netcheck } from "@netcheck/local/netcheck";
import { systemAccessToken } from "@netcheck/local/prepare";
import { decodeJwt } from "jose";

import { ask, compared } from "./requests.ts";
import type { Row } from "./table.ts";

const BARE = fileURLToPath(new URL("./bare-read.ts", import.meta.url));

/** `GET /users/me` beside a route that only makes its calls to Redis and Postgres. */
export async function measureRead({ url, env }: Netcheck): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const session = await systemAccessToken(env);
  stack.defer(() => session.end());
  const { sid, sub } = decodeJwt<{ sid: string }>(session.accessToken);
  const bare = fork(BARE, [sid, String(sub)], { env: { ...process.env, ...env } });
  stack.defer(() => void bare.kill());
  const [port] = await once(bare, "message");
  const headers = { authorization: `Bearer ${session.accessToken}` };
  const read = (from: string) => () => ask(from, { headers });
  const load = { requests: 400, parallel: 8, rounds: 15 };
  const rate = await compared(
    read(`${url}/api/v1/users/me`),
    read(`http://127.0.0.1:${port}/`),
    load,
  );
  return [rowOf("authenticated read", rate, "same calls, bare route", 0.7)];
}

/** Sign-ins over HTTP, eight at a time, beside bare verifications of the same hash. */
export async function measureSignIns({ url, email, password }: Netcheck): Promise<Row[]> {
  if (password === undefined)
    throw new Error("Sign-ins are measured on the start that made the account.");
  const hash = await hashPassword(password);
  const body = JSON.stringify({ email, password });
  const headers = { "content-type": "application/json" };
  const signIn = () => ask(`${url}/api/v1/auth/login`, { method: "POST", headers }, body);
  const load = { requests: 64, parallel: 8, rounds: 9 };
  const rate = await compared(signIn, () => verifyPassword(hash, password), load);
  return [rowOf("sign-ins, 8 in parallel", rate, "bare Argon2id", 0.75)];
}

function rowOf(
  what: string,
  { ours, floor, share }: { ours: number; floor: number; share: number },
  of: string,
  least: number,
) {
  return {
    what,
    floor: `${of} ${floor.toFixed(0)}/s`,
    measured: `${ours.toFixed(0)}/s, ${(share * 100).toFixed(0)} %`,
    budget: `≥ ${least * 100} %`,
    met: share >= least,
  };
}

import { randomBytes } from "node:crypto";

import type { Home } from "./home.ts";

const PASSWORD = "first administrator";

/** The account that the first start makes, and what becomes of its password. */
export type FirstAdmin = {
  /** What the database is prepared with. */
  account: { email: string; password: string };
  /** The password, if an earlier start made the account with it and was killed before it could show it. */
  unshownPassword: (url: string, email: string) => Promise<string | undefined>;
  passwordShown: () => void;
};

/**
 * Keeps a generated password in the home until somebody has seen it: a start that is killed between
 * making the account and showing the password would otherwise lock everybody out.
 */
export async function firstAdmin(
  home: Pick<Home, "hasSecret" | "secret" | "forgetSecret">,
  env: NodeJS.ProcessEnv,
): Promise<FirstAdmin> {
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = env;
  const isLeft = home.hasSecret(PASSWORD);
  const generated = await home.secret(PASSWORD, async () => randomBytes(16).toString("hex"));
  return {
    account: {
      email: ADMIN_EMAIL || "admin@example.com",
      password: ADMIN_PASSWORD || generated,
    },
    unshownPassword: async (url, email) =>
      isLeft && (await opens(url, email, generated)) ? generated : undefined,
    passwordShown: () => home.forgetSecret(PASSWORD),
  };
}

/** What to say when an administrator was asked for and `email` was there already. */
export function unusedLines(env: NodeJS.ProcessEnv, email: string): string[] {
  const asked = ["ADMIN_EMAIL", "ADMIN_PASSWORD"].filter((name) => env[name]);
  if (asked.length === 0) return [];
  const were = asked.length === 1 ? "was" : "were";
  return [`${asked.join(" and ")} ${were} not used: there is an administrator already, ${email}`];
}

async function opens(url: string, email: string, password: string): Promise<boolean> {
  const signal = AbortSignal.timeout(10_000);
  const json = { "content-type": "application/json" };
  const body = JSON.stringify({ email, password });
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: json,
    body,
    signal,
  });
  await answer.body?.cancel();
  return answer.ok;
}

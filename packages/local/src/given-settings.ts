import { variables as agentVariables } from "@netcheck/agent/option";
import { settingsOf } from "@netcheck/api/settings";
import { Account } from "@netcheck/identity/first-admin";
import { nearest } from "@netcheck/kernel/nearest";
import { wrongSettings } from "@netcheck/kernel/settings";
import { Settings as WorkerSettings } from "@netcheck/worker/env";
import * as z from "zod";

import { Listen } from "./listen.ts";
import { SERVICES } from "./platform-env.ts";
import { problem } from "./problem.ts";

const { email: ADMIN_EMAIL, password: ADMIN_PASSWORD } = Account.shape;
const COUNT_AS_NONE_WHEN_EMPTY = new Set<string>([...SERVICES, "ADMIN_EMAIL", "ADMIN_PASSWORD"]);
/** What other programs are told by (`NO_PROXY`) is short, or further from ours. */
const TYPO = { fromLength: 8, lettersAStep: 5, steps: 2 };

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Looks at all that is set before anything is started: throws one `problem` that names every setting to
 * mend, and reports each name that is nearly one of ours.
 */
export async function checkGiven(env: Env, report: (line: string) => void): Promise<void> {
  const { HOST } = Listen.shape;
  const platform = await settingsOf();
  const own = { ...platform.shape, ...WorkerSettings.shape, HOST, ADMIN_EMAIL, ADMIN_PASSWORD };
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, text]) => text || !COUNT_AS_NONE_WHEN_EMPTY.has(name)),
  );
  const wrong = wrongSettings(z.object(own).partial(), given);
  if (env["ADMIN_PASSWORD"] && isSame(env["ADMIN_PASSWORD"], env["ADMIN_EMAIL"]))
    wrong.push("  ADMIN_PASSWORD: It may not be the e-mail address.");
  if (wrong.length > 0) throw problem(["these settings need mending:", ...wrong].join("\n"));
  for (const line of misspelt(Object.keys(env), [...Object.keys(own), ...agentVariables]))
    report(line);
}

function isSame(password: string, address: string | undefined): boolean {
  return password.trim().toLowerCase() === address?.toLowerCase();
}

/** A line for each name that is none of the known ones, and nearly one. */
export function misspelt(names: readonly string[], known: readonly string[]): string[] {
  const unknown = names.filter((name) => name.length >= TYPO.fromLength && !known.includes(name));
  return unknown.flatMap((name) => {
    const steps = Math.min(TYPO.steps, Math.floor(name.length / TYPO.lettersAStep));
    const meant = nearest(name, known, steps);
    return meant === undefined ? [] : [`${name} is no setting: is ${meant} meant?`];
  });
}

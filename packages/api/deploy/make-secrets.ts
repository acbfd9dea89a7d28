import type { SecretStore } from "@netcheck/adapters/secret-store";
import { generateTokenKeys } from "@netcheck/identity/token";

import type { StageSecret } from "./stage-secret.ts";

type Hands = {
  store: SecretStore;
  /** A value, from whoever has it. */
  ask: (secret: StageSecret) => Promise<string>;
  tell: (line: string) => void;
};

/** Nobody has to know these. */
const GENERATED: Readonly<Record<string, () => Promise<string>>> = {
  TOKEN_KEYS: async () => JSON.stringify(await generateTokenKeys()),
};

/** Makes the secrets that a stage lacks, each with its value. Safe to repeat: those that are there stay. */
export async function makeSecrets(
  stage: string,
  secrets: readonly StageSecret[],
  { store, ask, tell }: Hands,
) {
  for (const secret of secrets) {
    const name = nameOf(stage, secret);
    const found = await store.find(name);
    if (found === "leaving") throw new TypeError(leaving(name));
    if (found === "there") {
      tell(`${name}: is there, and stays`);
      continue;
    }
    const value = await (GENERATED[secret.setting]?.() ?? askFor(secret, ask));
    await store.create(name, secret.description, value);
    tell(`${name}: made`);
  }
}

/** Gives one that is there another value. */
export async function changeSecret(
  stage: string,
  secret: StageSecret,
  { store, ask, tell }: Hands,
) {
  const name = nameOf(stage, secret);
  await store.put(name, await askFor(secret, ask));
  tell(`${name}: has another value`);
}

/** Refuses what the program would not start with; says nothing of the value. */
async function askFor(secret: StageSecret, ask: Hands["ask"]) {
  const value = await ask(secret);
  const read = secret.schema.safeParse(value);
  if (read.success) return value;
  const reasons = read.error.issues.map(({ message }) => message);
  throw new TypeError(`${secret.setting}: ${reasons.join(" ")}`);
}

function nameOf(stage: string, { name }: StageSecret) {
  return `netcheck-${stage}-${name}`;
}

function leaving(name: string) {
  return `${name} waits for its removal. Take it back (aws secretsmanager restore-secret) or let go of it: docs/runbook.md.`;
}

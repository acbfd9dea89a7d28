import { randomBytes } from "node:crypto";

import { hash, verify } from "@node-rs/argon2";

/** OWASP's Argon2id: 19 MiB, 2 passes, 1 lane. Argon2id is the library's default algorithm. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string) {
  return hash(password, COST);
}

let nobody: Promise<string> | undefined;

/** Takes as long for a person who does not exist as for a wrong password. */
export async function verifyPassword(passwordHash: string | undefined, password: string) {
  nobody ??= hashPassword(generatePassword());
  const matches = await verify(passwordHash ?? (await nobody), password);
  return matches && passwordHash !== undefined;
}

/** 128 random bits that a person can copy. */
export function generatePassword() {
  return randomBytes(16).toString("base64url");
}

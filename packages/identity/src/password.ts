import { randomBytes } from "node:crypto";

import { invalid } from "@netcheck/kernel/fault";
import * as z from "zod";

/** OWASP's Argon2id: 19 MiB, 2 passes, 1 lane. Argon2id is the library's default algorithm. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A password that somebody chooses; the upper bound is Argon2's work, not taste. */
export const NewPassword = z.string().min(12).max(1_024);

/** Throws `invalid` for the one guess that everybody makes first. */
export function checkNewPassword(password: string, email: string, field: string) {
  if (password.trim().toLowerCase() !== email) return;
  throw invalid("identity.weak_password", field, "The password may not be the e-mail address.");
}

export async function hashPassword(password: string) {
  const { hash } = await argon2();
  return await hash(password, COST);
}

let nobody: Promise<string> | undefined;

/** Takes as long for a person who does not exist as for a wrong password. */
export async function verifyPassword(passwordHash: string | null | undefined, password: string) {
  nobody ??= hashPassword(generatePassword());
  const { verify } = await argon2();
  const matches = await verify(passwordHash ?? (await nobody), password);
  return matches && typeof passwordHash === "string";
}

/** 128 random bits that a person can copy. */
export function generatePassword() {
  return randomBytes(16).toString("base64url");
}

/** Native code, which only those who sign in wait for. */
function argon2() {
  return import("@node-rs/argon2");
}

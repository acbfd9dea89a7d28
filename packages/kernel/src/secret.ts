import { createHash, randomBytes } from "node:crypto";

/** 256 random bits with a prefix that says what they open, so that a leaked one is recognised. */
export function newSecret(prefix: string) {
  return `${prefix}_${randomBytes(32).toString("base64url")}`;
}

/** What is stored of a secret. Plain SHA-256 is enough: 256 random bits cannot be guessed. */
export function hashSecret(secret: string) {
  return createHash("sha256").update(secret).digest("base64url");
}

import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

import { unauthenticated } from "@netcheck/kernel/fault";
import { type Id, idSchema } from "@netcheck/kernel/id";
import { lazily } from "@netcheck/kernel/lazily";
import type { JWK } from "jose";
import * as z from "zod";

const AUDIENCE = "netcheck";
const REMEMBERED = 10_000;

const PrivateKey = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  kid: z.string().min(1),
  x: z.string().min(1),
  d: z.string().min(1),
});

type PrivateKey = z.output<typeof PrivateKey>;

/**
 * The value of `TOKEN_KEYS`: Ed25519 keys from old to new, at least two. The second signs. To rotate,
 * drop the first and append a new one: what the second signed stays good, and a third is known to
 * every instance before it signs.
 */
export const TokenKeys = z.object({
  keys: z.tuple([PrivateKey, PrivateKey], PrivateKey),
});

const Claims = z.object({ sub: idSchema<"person">(), sid: idSchema<"session">() });

export type Tokens = {
  /** A JWT (RFC 9068 `at+jwt`) that says only who and which session. */
  sign(claims: { personId: Id<"person">; sessionId: Id<"session"> }, now: Date): Promise<string>;
  /** Throws `identity.unauthenticated` for anything but a valid access token of ours. */
  verify(token: string, now: Date): Promise<z.output<typeof Claims>>;
  /** Which session a valid access token of ours names, undefined for any other. */
  sessionOf(token: string, now: Date): Promise<Id<"session"> | undefined>;
  /** Proves to us that a page read the answer of a sign-in: an HMAC of the session (OWASP's signed token). */
  csrfToken(sessionId: Id<"session">): string;
  isCsrfToken(sessionId: Id<"session">, token: string): boolean;
  /** The public halves, as RFC 7517 publishes them. */
  jwks: { keys: JWK[] };
  lifetimeSeconds: number;
};

export async function openTokens(options: {
  keys: z.output<typeof TokenKeys>;
  issuer: string;
  lifetimeSeconds: number;
}): Promise<Tokens> {
  const { issuer, lifetimeSeconds } = options;
  const publicKeys = options.keys.keys.map(({ d: _, ...jwk }) => ({
    ...jwk,
    alg: "EdDSA",
    use: "sig",
  }));
  const [, signing] = options.keys.keys;
  const use = { issuer, audience: AUDIENCE };
  // Loaded and made when first needed: a cold start of a function needs one of them, or none.
  const verifier = lazily(async () => {
    const { openVerifier } = await import("./token-verifier.ts");
    return openVerifier(publicKeys, use);
  });
  const signer = lazily(async () => {
    const { openSigner } = await import("./token-signer.ts");
    return await openSigner(signing);
  });
  const csrfKeys = lazily(() => options.keys.keys.map(csrfKeyOf));
  const csrfKey = lazily(() => csrfKeyOf(signing));

  // A signature once found good stays good; whether the session still lives is asked each time.
  const verified = new Map<string, { claims: z.output<typeof Claims>; expiresAtMs: number }>();

  async function read(token: string, now: Date) {
    const known = verified.get(token);
    if (known && now.getTime() < known.expiresAtMs) return known.claims;
    const verify = await verifier();
    const payload = await verify(token, now);
    const claims = Claims.parse(payload);
    if (verified.size === REMEMBERED) verified.delete(verified.keys().next().value ?? "");
    verified.set(token, { claims, expiresAtMs: (payload.exp ?? 0) * 1_000 });
    return claims;
  }

  return {
    jwks: { keys: publicKeys },
    lifetimeSeconds,
    csrfToken: (sessionId) => hmac(csrfKey(), sessionId).toString("base64url"),
    isCsrfToken(sessionId, token) {
      const given = Buffer.from(token, "base64url");
      const isOurs = (key: Buffer) => {
        const expected = hmac(key, sessionId);
        return expected.length === given.length && timingSafeEqual(expected, given);
      };
      return csrfKeys().some(isOurs);
    },
    async sign({ personId, sessionId }, now) {
      const iat = Math.floor(now.getTime() / 1000);
      const sign = await signer();
      const exp = iat + lifetimeSeconds;
      return await sign({ sub: personId, sid: sessionId, iat, exp, iss: issuer, aud: AUDIENCE });
    },
    async verify(token, now) {
      try {
        return await read(token, now);
      } catch (error) {
        throw unauthenticated("The access token is not valid or has expired.", error);
      }
    },
    async sessionOf(token, now) {
      const claims = await read(token, now).catch(() => undefined);
      return claims?.sid;
    },
  };
}

/** For a function that was not given the keys: it says so rather than act. */
export function withheldTokens(lifetimeSeconds: number): Tokens {
  const withheld = (): never => {
    throw new Error("This function is not given TOKEN_KEYS.");
  };
  return {
    sign: async () => withheld(),
    verify: async () => withheld(),
    sessionOf: async () => withheld(),
    csrfToken: withheld,
    isCsrfToken: withheld,
    jwks: { keys: [] },
    lifetimeSeconds,
  };
}

/** A fresh key set of three, for a home or a secret store that has none. */
export async function generateTokenKeys(): Promise<z.output<typeof TokenKeys>> {
  const { generateKey } = await import("./token-signer.ts");
  const keys = await Promise.all([generateKey(), generateKey(), generateKey()]);
  return TokenKeys.parse({ keys });
}

/** A key of its own (RFC 5869), so that no signature of one use is ever good for the other. */
function csrfKeyOf({ d }: PrivateKey) {
  return Buffer.from(hkdfSync("sha256", Buffer.from(d, "base64url"), "", "netcheck csrf", 32));
}

function hmac(key: Buffer, text: string) {
  return createHmac("sha256", key).update(text).digest();
}

import { unauthenticated } from "@netcheck/kernel/fault";
import { type Id, idSchema } from "@netcheck/kernel/id";
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from "jose";
import * as z from "zod";

const AUDIENCE = "netcheck";

const PrivateKey = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  kid: z.string().min(1),
  x: z.string().min(1),
  d: z.string().min(1),
});

/** The value of `TOKEN_KEYS`: at least two Ed25519 keys, so that rotation overlaps. The first signs. */
export const TokenKeys = z.object({ keys: z.array(PrivateKey).min(2) });

const Claims = z.object({ sub: idSchema<"person">(), sid: idSchema<"session">() });

export type Tokens = {
  /** A JWT (RFC 9068 `at+jwt`) that says only who and which session. */
  sign(claims: { personId: Id<"person">; sessionId: Id<"session"> }, now: Date): Promise<string>;
  /** Throws `identity.unauthenticated` for anything but a valid access token of ours. */
  verify(token: string, now: Date): Promise<z.output<typeof Claims>>;
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
  const findKey = createLocalJWKSet({ keys: publicKeys });
  const [first] = options.keys.keys;
  const signingKey = await importJWK({ ...first }, "EdDSA");
  const header = { alg: "EdDSA", typ: "at+jwt", kid: first?.kid ?? "" };

  return {
    jwks: { keys: publicKeys },
    lifetimeSeconds,
    sign({ personId, sessionId }, now) {
      const iat = Math.floor(now.getTime() / 1000);
      return new SignJWT({ sub: personId, sid: sessionId, iat, exp: iat + lifetimeSeconds })
        .setProtectedHeader(header)
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .sign(signingKey);
    },
    async verify(token, now) {
      try {
        const { payload } = await jwtVerify(token, findKey, {
          algorithms: ["EdDSA"],
          typ: "at+jwt",
          issuer,
          audience: AUDIENCE,
          currentDate: now,
        });
        return Claims.parse(payload);
      } catch (error) {
        throw unauthenticated("The access token is not valid or has expired.", error);
      }
    },
  };
}

/** A fresh key set of two, for a home or a secret store that has none. */
export async function generateTokenKeys(): Promise<z.output<typeof TokenKeys>> {
  return TokenKeys.parse({ keys: await Promise.all([generateKey(), generateKey()]) });
}

async function generateKey() {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
}

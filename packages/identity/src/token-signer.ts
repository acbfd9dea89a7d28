import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";

/** Signs access tokens (RFC 9068) with this private key, which has a `kid`. */
export async function openSigner(jwk: JWK & { kid: string }) {
  const key = await importJWK({ ...jwk }, "EdDSA");
  const header = { alg: "EdDSA", typ: "at+jwt", kid: jwk.kid };
  return (payload: JWTPayload) => new SignJWT(payload).setProtectedHeader(header).sign(key);
}

/** A new private key, named by its thumbprint (RFC 7638). */
export async function generateKey() {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
}

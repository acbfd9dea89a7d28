import { createLocalJWKSet, type JWK, jwtVerify } from "jose";

type Expected = { issuer: string; audience: string };

/** Reads what one of these public keys has signed for that use; throws for anything else. */
export function openVerifier(keys: JWK[], expected: Expected) {
  const findKey = createLocalJWKSet({ keys });
  return async (token: string, currentDate: Date) => {
    const options = { algorithms: ["EdDSA"], typ: "at+jwt", ...expected, currentDate };
    const { payload } = await jwtVerify(token, findKey, options);
    return payload;
  };
}

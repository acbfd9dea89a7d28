import type { Contract } from "@netcheck/kernel/contract";
import * as z from "zod";

import type { wellKnownRoutes } from "./key-set.routes.ts";
import type { IdentityCode } from "./problem.contract.ts";

/** RFC 7517. */
const KeySet = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal("OKP"),
        crv: z.literal("Ed25519"),
        kid: z.string(),
        x: z.string(),
        alg: z.literal("EdDSA"),
        use: z.literal("sig"),
      }),
    ),
  })
  .meta({ id: "KeySet" });

export const wellKnownContract = {
  "GET /jwks.json": {
    id: "getKeySet",
    summary: "The public keys of access tokens",
    answers: { 200: { means: "A JWK set.", body: KeySet, headers: ["cache-control"] } },
  },
} as const satisfies Contract<typeof wellKnownRoutes, IdentityCode>;

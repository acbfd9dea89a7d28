import { PublicUrlSetting } from "@netcheck/kernel/settings";
import * as z from "zod";

import { openTokens, TokenKeys, withheldTokens } from "./token.ts";

const KeySet = z.string().transform((text, issues) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    issues.addIssue('A JSON object is needed: {"keys": [two private Ed25519 JWKs or more]}.');
    return z.NEVER;
  }
});

const Origins = z.string().transform((text, issues) => {
  const origins = text.split(",").map((origin) => origin.trim());
  const given = origins.filter(Boolean);
  for (const one of given.filter((origin) => !isOrigin(origin))) {
    issues.addIssue(`"${one}" is not an origin such as https://watch.example.com.`);
  }
  return given;
});

/** Settings of identity, named as in the environment. No secret has a default. */
export const Settings = z.object({
  PUBLIC_URL: PublicUrlSetting,
  TOKEN_KEYS: KeySet.pipe(TokenKeys).meta({
    onAws: "secret",
    description:
      "Two private Ed25519 JWKs or more, each with a kid, from old to new; the second signs. Made by `npm start` if absent.",
    example:
      '{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"…","d":"…"},{"kty":"OKP","crv":"Ed25519","kid":"2","x":"…","d":"…"}]}',
  }),
  ACCESS_TOKEN_EXPIRE_MINUTES: z.coerce.number().int().min(1).max(60).default(15).meta({
    description: "How long an access token is good, 1 to 60.",
  }),
  REFRESH_TOKEN_EXPIRE_DAYS: z.coerce.number().int().min(1).default(7).meta({
    description: "How long a session is good that is not used.",
  }),
  AUDIT_RETENTION_DAYS: z.coerce.number().int().min(30).max(3_650).default(400).meta({
    description: "How many whole days the audit is kept, 30 at least; it is dropped by the month.",
  }),
  ALLOWED_ORIGINS: Origins.default([]).meta({
    description:
      "Pages beside PUBLIC_URL's own that may sign in and call with cookies, comma-separated: https://console.example.com",
  }),
});

type Read = z.output<typeof Settings>;
/** Functions that let nobody in are not given the keys. */
type Given = Omit<Read, "TOKEN_KEYS"> & { TOKEN_KEYS?: Read["TOKEN_KEYS"] | undefined };

/** What identity's verbs see of them. */
export async function partOf(settings: Given) {
  const { PUBLIC_URL: issuer, TOKEN_KEYS: keys } = settings;
  const { origin, protocol } = new URL(issuer);
  const lifetimeSeconds = settings.ACCESS_TOKEN_EXPIRE_MINUTES * 60;
  return {
    tokens: keys
      ? await openTokens({ keys, issuer, lifetimeSeconds })
      : withheldTokens(lifetimeSeconds),
    sessionLifetimeSeconds: settings.REFRESH_TOKEN_EXPIRE_DAYS * 86_400,
    auditRetentionDays: settings.AUDIT_RETENTION_DAYS,
    origins: [origin, ...settings.ALLOWED_ORIGINS],
    secureCookies: protocol === "https:",
  };
}

function isOrigin(text: string) {
  return /^https?:/.test(text) && URL.parse(text)?.origin === text;
}

import { SCOPES as SCOPE_NAMES } from "@netcheck/kernel/scope";

import { ALL } from "../src/contexts.ts";

const MEANINGS = new Map<string, string>(
  ALL.flatMap(({ scopes }) =>
    Object.entries(scopes).map(([name, { means }]) => [name, means] as const),
  ),
);

const schema = { type: "string" };
const text = (description: string) => ({ description, schema });
/** Wherever it is named, it is sent. */
const always = (description: string) => ({ description, required: true, schema });

/** Headers of answers, by their names. */
export const HEADERS = {
  allow: always("The methods that the path takes (RFC 9110)."),
  "cache-control": text("RFC 9111."),
  etag: always("Send it as `If-None-Match` to be answered 304 while nothing changes."),
  location: always("Where what was made can be read."),
  ratelimit: text(
    "What is left: `r` tokens, more in `t` seconds (draft-ietf-httpapi-ratelimit-headers).",
  ),
  "ratelimit-policy": text("The quota: `q` tokens in `w` seconds."),
  "retry-after": {
    description: "Seconds.",
    required: true,
    schema: { type: "integer", minimum: 1 },
  },
  "set-cookie": text("A browser's session; programs leave it alone."),
  "www-authenticate": always("RFC 9110."),
  "x-request-id": always("The caller's, if it sent a well-formed one."),
};

export const PARAMETERS = {
  IdempotencyKey: {
    name: "idempotency-key",
    in: "header",
    required: false,
    description:
      "1 to 128 visible ASCII characters. For 24 hours the same request with it is answered what the first was.",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,128}$" },
  },
};

const SCOPES = Object.fromEntries(SCOPE_NAMES.map((name) => [name, MEANINGS.get(name)]));

export const SECURITY_SCHEMES = {
  accessToken: {
    type: "oauth2",
    description: "For people. What a session may is what its person's role may.",
    flows: { password: { tokenUrl: "/api/v1/auth/token", scopes: SCOPES } },
  },
  apiKey: {
    type: "http",
    scheme: "bearer",
    description: "For programs: an API key, `nck_…`. It may what its scopes and its owner may.",
  },
  agentSecret: {
    type: "http",
    scheme: "bearer",
    description: "For agents: what registering answered, `ncs_…`.",
  },
  cookie: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-netcheck_access",
    description:
      "For browsers: set by signing in (`netcheck_access` where the platform is plain http).",
  },
  csrfToken: {
    type: "apiKey",
    in: "header",
    name: "x-csrf-token",
    description: "With the cookie, for every change: as the sign-in answered it.",
  },
};

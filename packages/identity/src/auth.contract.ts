import type { Contract } from "@netcheck/kernel/contract";
import { Instant } from "@netcheck/kernel/json.contract";
import { pageFields, pageOf } from "@netcheck/kernel/page.contract";
import * as z from "zod";

import type { authRoutes } from "./auth.routes.ts";
import { Role } from "./person.contract.ts";
import { PersonId } from "./person.ts";
import type { IdentityCode } from "./problem.contract.ts";
import { SessionId } from "./session.ts";

const Credentials = z.object({
  accessToken: z.string().describe("A JWT, sent as `Authorization: Bearer`. It says only who."),
  tokenType: z.literal("Bearer"),
  expiresInSeconds: z.int(),
  csrfToken: z.string().describe("For changes by cookie, as `x-csrf-token`."),
});

const SignedIn = Credentials.extend({
  user: z.object({ id: PersonId, email: z.email(), role: Role }),
}).meta({ id: "SignedIn" });

const Refreshed = Credentials.extend({
  refreshToken: z.string().exactOptional().describe("Absent where the cookie carries it."),
}).meta({ id: "Refreshed" });

const Session = z
  .object({
    id: SessionId,
    isCurrent: z.boolean().describe("The one that asks."),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: Instant,
    refreshedAt: Instant.nullable(),
    expiresAt: Instant,
  })
  .meta({ id: "Session" });

/** RFC 6749, 4.3.2. */
const TokenForm = z.object({
  grant_type: z.literal("password"),
  username: z.email(),
  password: z.string(),
  scope: z.string().optional().describe("Not looked at: a session may what its person may."),
  client_id: z.string().optional().describe("Not looked at."),
  client_secret: z.string().optional().describe("Not looked at."),
});

/** RFC 6749, 5.1. */
const Token = z
  .object({
    access_token: z.string(),
    token_type: z.literal("Bearer"),
    expires_in: z.int(),
    refresh_token: z.string(),
  })
  .meta({ id: "Token" });

/** RFC 6749, 5.2. */
const TokenRefused = z
  .object({ error: z.string(), error_description: z.string() })
  .meta({ id: "TokenRefused" });

const stores = ["platform.database", "platform.redis"] as const;
const refused = (means: string) => ({ means, body: TokenRefused });

export const authContract = {
  "POST /login": {
    id: "signIn",
    summary: "Sign in",
    description: "Also sets the cookies of a browser's session.",
    answers: {
      200: { means: "Signed in.", body: SignedIn, headers: ["set-cookie", "cache-control"] },
    },
    refusals: ["identity.unauthenticated", "identity.origin", "platform.limited", ...stores],
  },
  "POST /token": {
    id: "grantToken",
    summary: "Sign in by OAuth 2",
    description:
      "The password grant of RFC 6749, for tools that speak it. Sets no cookie, and is refused in the form of that RFC.",
    form: TokenForm,
    answers: {
      200: { means: "Signed in.", body: Token, headers: ["cache-control"] },
      400: refused("The form is incomplete, or the e-mail address or the password is wrong."),
      429: refused("Too many attempts."),
      503: refused("Something that signing in needs is away."),
    },
  },
  "POST /refresh": {
    id: "refreshSession",
    summary: "Renew a session",
    description:
      "Spends the refresh token of the body, or of the cookie, and answers its successor. A spent one ends the session.",
    answers: {
      200: { means: "Renewed.", body: Refreshed, headers: ["set-cookie", "cache-control"] },
    },
    refusals: [
      "identity.unauthenticated",
      "identity.origin",
      "identity.refresh_raced",
      "platform.limited",
      ...stores,
    ],
  },
  "POST /logout": {
    id: "signOut",
    summary: "Sign out",
    description: "Ends the session that the body, the header or a cookie names. Safe to repeat.",
    answers: {
      204: { means: "Nobody is signed in by it.", headers: ["set-cookie", "cache-control"] },
    },
    refusals: ["identity.origin", "identity.csrf", ...stores],
  },
  "POST /password": {
    id: "changePassword",
    summary: "Change one's own password",
    description: "Ends one's other sessions at once; keys live on.",
    answers: { 204: { means: "Changed." } },
    refusals: [
      "identity.wrong_password",
      "identity.weak_password",
      "identity.password_raced",
      "platform.limited",
    ],
  },
  "GET /sessions": {
    id: "listSessions",
    summary: "One's own live sessions",
    answers: { 200: { means: "The newest first.", body: pageOf(Session, "SessionPage") } },
    fields: pageFields,
  },
  "DELETE /sessions/:id": {
    id: "revokeSession",
    summary: "End one of one's own sessions",
    answers: { 204: { means: "It has ended." } },
    refusals: ["session.not_found"],
  },
} as const satisfies Contract<typeof authRoutes, IdentityCode>;

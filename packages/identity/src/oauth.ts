import { Fault } from "@netcheck/kernel/fault";
import { log } from "@netcheck/kernel/log";

import type { IdentityCtx } from "./ctx.ts";
import { Login, login } from "./sign-in.ts";

/** RFC 6749, 5.2, and what RFC 8628 and 4.1.2.1 of the former call the rest. */
const ERRORS = {
  invalid: [400, "invalid_request"],
  unauthenticated: [400, "invalid_grant"],
  limited: [429, "slow_down"],
  unavailable: [503, "temporarily_unavailable"],
} as const;

/** The resource owner password grant (RFC 6749, 4.3); `form` is undefined for another content type. */
export async function grantToken(ctx: IdentityCtx, form: URLSearchParams | undefined) {
  if (!form || !form.has("grant_type")) {
    return refusal(400, "invalid_request", "Send grant_type, username and password as a form.");
  }
  if (form.get("grant_type") !== "password") {
    return refusal(400, "unsupported_grant_type", "Only password is granted here.");
  }
  const [email, password] = [form.get("username"), form.get("password")];
  const parsed = Login.safeParse({ email, password });
  if (!parsed.success) {
    return refusal(400, "invalid_request", "username is an e-mail address, password is needed.");
  }
  try {
    const { accessToken, tokenType, expiresInSeconds, refreshToken } = await login(
      ctx,
      parsed.data,
    );
    const body = {
      access_token: accessToken,
      token_type: tokenType,
      expires_in: expiresInSeconds,
      refresh_token: refreshToken,
    };
    return { status: 200 as const, body, headers: {} };
  } catch (error) {
    if (error instanceof Fault) return refusalOf(error);
    throw error;
  }
}

function refusalOf(fault: Fault) {
  const { kind, message, headers, retryAfterSeconds } = fault;
  if (!(kind in ERRORS)) throw fault;
  if (kind === "unavailable") log.warn("unavailable", { error: fault });
  const [status, error] = ERRORS[kind as keyof typeof ERRORS];
  const retry = retryAfterSeconds ? { "retry-after": String(retryAfterSeconds) } : {};
  return refusal(status, error, message, { ...headers, ...retry });
}

function refusal(
  status: 400 | 429 | 503,
  error: string,
  error_description: string,
  headers: Record<string, string> = {},
) {
  return { status, body: { error, error_description }, headers };
}

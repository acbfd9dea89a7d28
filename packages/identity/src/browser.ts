import { Fault } from "@netcheck/kernel/fault";
import type { Id } from "@netcheck/kernel/id";

import type { IdentityCtx } from "./ctx.ts";

/** What a page sends beside a cookie, which any page may make a browser send. */
type BrowserProof = { origin: string | null; csrfToken: string | null };

type Pages = Pick<IdentityCtx, "origins">;

export function proofOf(headers: Headers): BrowserProof {
  return { origin: headers.get("origin"), csrfToken: headers.get("x-csrf-token") };
}

/** A page of ours, or no page at all; else throws `identity.origin`. */
export function checkOrigin(ctx: Pages, origin: string | undefined) {
  if (origin === undefined || ctx.origins.includes(origin)) return;
  throw new Fault("forbidden", "identity.origin", "This origin is not in ALLOWED_ORIGINS.");
}

/** A page of ours that read the answer of this session's sign-in; for changes by cookie. */
export function checkProof(
  ctx: Pages & Pick<IdentityCtx, "tokens">,
  sessionId: Id<"session">,
  { origin, csrfToken }: BrowserProof,
) {
  checkOrigin(ctx, origin ?? "none");
  if (csrfToken !== null && ctx.tokens.isCsrfToken(sessionId, csrfToken)) return;
  throw new Fault("forbidden", "identity.csrf", "Send x-csrf-token as the sign-in answered it.");
}

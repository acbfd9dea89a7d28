import type { Problems } from "./contract.ts";

/** Codes that any context may send. */
export const commonProblems = {
  "request.malformed": ["malformed", "The body is not JSON."],
  "request.cursor": ["malformed", "No page gave this cursor out."],
  "request.content_type": ["unsupported", "The body is not declared as `application/json`."],
  "request.too_large": [
    "too_large",
    "The body is larger than the operation takes; `detail` says how much that is.",
  ],
  "request.invalid": ["invalid", "The request breaks the schema; `errors` has each place."],
  "request.method_not_allowed": [
    "method_not_allowed",
    "The path does not take this method; `Allow` has those that it takes.",
  ],
  "identity.unauthenticated": ["unauthenticated", "Nobody is signed in, or no longer."],
  "identity.scope": ["forbidden", "Whoever asks lacks the scope."],
  "page.not_found": ["not_found", "There is no such route."],
  "platform.limited": ["limited", "Too many attempts; `Retry-After` says when to come back."],
  "platform.database": ["unavailable", "The database does not answer."],
  "platform.redis": ["unavailable", "Sessions and presence cannot be read."],
  "platform.not_ready": [
    "unavailable",
    "The platform has not started, or something it needs is away.",
  ],
} as const satisfies Problems;

export type CommonCode = keyof typeof commonProblems;

import type { Problems } from "@netcheck/kernel/contract";
import type { CommonCode } from "@netcheck/kernel/problem.contract";

export const identityProblems = {
  "identity.session_needed": ["forbidden", "A key may not do this: sign in."],
  "identity.origin": ["forbidden", "A cookie came from a page that is not in `ALLOWED_ORIGINS`."],
  "identity.csrf": ["forbidden", "A change by cookie without the `x-csrf-token` of its session."],
  "identity.refresh_raced": ["conflict", "Another request has just refreshed this session."],
  "identity.password_raced": ["conflict", "The password has just been changed elsewhere."],
  "identity.own_password": ["conflict", "One's own password is changed with the current one."],
  "identity.email_taken": ["conflict", "Somebody has this e-mail address."],
  "identity.last_admin": ["conflict", "The last administrator can be neither demoted nor put out."],
  "identity.wrong_password": ["invalid", "The current password is another one."],
  "identity.weak_password": ["invalid", "The password is the e-mail address."],
  "identity.key_expiry": ["invalid", "The key would have expired already."],
  "identity.scope_beyond_role": ["invalid", "The key would have scopes that its owner has not."],
  "session.not_found": ["not_found", "None of one's own sessions has this id."],
  "user.not_found": ["not_found", "No person has this id."],
  "key.not_found": ["not_found", "No key that one may see has this id."],
} as const satisfies Problems;

export type IdentityCode = keyof typeof identityProblems | CommonCode;

import type { Role } from "./role.ts";

/** Every scope there is. Written by `npm run generate` from what the contexts say of themselves. */
export const SCOPES = [
  "metrics:read",
  "agents:read",
  "checks:read",
  "agents:write",
  "checks:write",
  "people:write",
] as const;

export type Scope = (typeof SCOPES)[number];

/** The role from which on a scope is held. */
export const HELD_FROM: Record<Scope, Role> = {
  "metrics:read": "viewer",
  "agents:read": "viewer",
  "checks:read": "viewer",
  "agents:write": "operator",
  "checks:write": "operator",
  "people:write": "admin",
};

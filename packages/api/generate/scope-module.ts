import { fileURLToPath } from "node:url";

import { ROLES } from "@netcheck/kernel/role";

import { ALL } from "../src/contexts.ts";

export const SCOPE_MODULE = fileURLToPath(new URL("../../kernel/src/scope.ts", import.meta.url));

/** Scopes in the order in which roles grow, as TypeScript: types are made of them. */
export function scopeModule() {
  const declared = ALL.flatMap(({ scopes }) => Object.entries(scopes));
  const all = ROLES.flatMap((role) =>
    declared.filter(([, { from }]) => from === role).map(([scope]) => ({ scope, role })),
  );
  return `import type { Role } from "./role.ts";

/** Every scope there is. Written by \`npm run generate\` from what the contexts say of themselves. */
export const SCOPES = [
${all.map(({ scope }) => `  "${scope}",`).join("\n")}
] as const;

export type Scope = (typeof SCOPES)[number];

/** The role from which on a scope is held. */
export const HELD_FROM: Record<Scope, Role> = {
${all.map(({ scope, role }) => `  "${scope}": "${role}",`).join("\n")}
};
`;
}

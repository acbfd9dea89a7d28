import { agents } from "@netcheck/agents/context";
import { checks } from "@netcheck/checks/context";
import { identity } from "@netcheck/identity/context";
import type { Context } from "@netcheck/kernel/context";

import { platform } from "./context.ts";

/** Every context of the house, in the order in which they may know each other. */
export const CONTEXTS = [platform, identity, agents, checks] as const;

type Every = (typeof CONTEXTS)[number];
type CtxOf<T> = T extends { readonly ctx?: infer C } ? NonNullable<C> : never;
type PartOf<T> = T extends { readonly part?: infer S }
  ? S extends () => Promise<{ partOf: (of: never) => infer P }>
    ? Awaited<P>
    : never
  : never;
/** What is all of these at once. */
export type UnionToIntersection<U> = Taking<U> extends (all: infer I) => void ? I : never;
type Taking<U> = U extends unknown ? (one: U) => void : never;

/** What every verb behind the API may touch. */
export type ApiCtx = UnionToIntersection<CtxOf<Every>>;

/** What the contexts make of their settings, together. */
export type Parts = UnionToIntersection<PartOf<Every>>;

/** A context as anybody sees it who only goes through the list. */
export type AnyContext = Context<ApiCtx>;

export const ALL: readonly AnyContext[] = CONTEXTS;

import { generateTokenKeys, openTokens, TokenKeys } from "@netcheck/identity/token";
import { newId } from "@netcheck/kernel/id";

import type { Rotation } from "./rotation.ts";

/**
 * `[previous, signing, next]`: the next key was published for a whole period before it signs, and the
 * previous is taken for another, so that no function, however long it keeps a set, refuses a token.
 */
export const rotatedKeys: Rotation = {
  async next(current) {
    const { keys } = parse(current);
    const [fresh] = (await generateTokenKeys()).keys;
    // A set of two has no next one yet: it is published first, and signs after another rotation.
    const kept = keys.length > 2 ? keys.slice(1) : keys;
    return JSON.stringify({ keys: [...kept, fresh] });
  },
  // Who verifies reads the set itself: there is nowhere else to tell.
  set: async () => undefined,
  async test(next) {
    const keys = parse(next);
    const tokens = await openTokens({ keys, issuer: "rotation", lifetimeSeconds: 60 });
    const now = new Date();
    const claims = { personId: newId<"person">(now), sessionId: newId<"session">(now) };
    await tokens.verify(await tokens.sign(claims, now), now);
  },
};

function parse(text: string) {
  return TokenKeys.parse(JSON.parse(text));
}

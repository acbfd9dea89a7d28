/** How full a token bucket is. `waitMs` is 0 unless it refused. */
export type Level = {
  name: string;
  most: number;
  windowMs: number;
  left: number;
  waitMs: number;
};

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers (10 and 11): `q` tokens
 * refill over `w` seconds; `r` are left and the next (or enough, if refused) are there in `t` seconds.
 */
export function limitFields(levels: readonly Level[]): Record<string, string> {
  if (levels.length === 0) return {};
  const policy = levels.map(
    ({ name, most, windowMs }) => `"${name}";q=${most};w=${windowMs / 1000}`,
  );
  const now = levels.map(({ name, left, ...level }) => `"${name}";r=${left};t=${moreIn(level)}`);
  return { "ratelimit-policy": policy.join(", "), ratelimit: now.join(", ") };
}

function moreIn({ most, windowMs, waitMs }: Pick<Level, "most" | "windowMs" | "waitMs">) {
  return Math.ceil((waitMs || windowMs / most) / 1000);
}

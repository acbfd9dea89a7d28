/** How full a token bucket is. `waitMs` is 0 unless it has not enough. */
export type Level = {
  name: string;
  most: number;
  windowSeconds: number;
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
    ({ name, most, windowSeconds }) => `"${name}";q=${most};w=${windowSeconds}`,
  );
  const now = levels.map((level) => `"${level.name}";r=${level.left};t=${moreInSeconds(level)}`);
  return { "ratelimit-policy": policy.join(", "), ratelimit: now.join(", ") };
}

function moreInSeconds({ most, windowSeconds, waitMs }: Level) {
  return Math.ceil(waitMs / 1000 || windowSeconds / most);
}

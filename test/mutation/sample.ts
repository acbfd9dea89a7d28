/** So many of them, always the same for a seed, in the order in which they are drawn. */
export function chosen<T>(all: readonly T[], seed: number, most: number): T[] {
  const next = mulberry32(seed);
  const drawn = all.map((one) => ({ one, lot: next() })).toSorted((a, b) => a.lot - b.lot);
  return drawn.slice(0, most).map(({ one }) => one);
}

/** Numbers in [0, 1) that look like chance (T. Ettinger, 2017). */
function mulberry32(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import { describe, expect, it } from "vitest";

import { lease } from "./lease.ts";

function world() {
  const state = { key: "one", nowMs: 0, reads: 0, down: false, closed: [] as string[] };
  const held = lease({
    read: async () => {
      state.reads += 1;
      if (state.down) throw new Error("nobody answers");
      return state.key;
    },
    open: async (key) => ({ key }),
    close: async ({ key }) => void state.closed.push(key),
    forMs: 1_000,
    now: () => state.nowMs,
  });
  return { state, held };
}

describe("a lease", () => {
  it("is opened once, however many ask at once", async () => {
    const { state, held } = world();
    const all = await Promise.all([held(), held(), held()]);
    expect(new Set(all).size).toBe(1);
    expect(state.reads).toBe(1);
  });

  it("is asked for again when it is old, and stays what it was under the same key", async () => {
    const { state, held } = world();
    const first = await held();
    state.nowMs = 1_001;
    expect(await held()).toBe(first);
    expect(state).toMatchObject({ reads: 2, closed: [] });
  });

  it("is opened anew under another key, and the old one is let go", async () => {
    const { state, held } = world();
    await held();
    Object.assign(state, { nowMs: 1_001, key: "two" });
    expect(await held()).toEqual({ key: "two" });
    expect(state.closed).toEqual(["one"]);
  });

  it("is kept while nobody answers, and the first one fails aloud", async () => {
    const { state, held } = world();
    state.down = true;
    await expect(held()).rejects.toThrow("nobody answers");
    state.down = false;
    const first = await held();
    Object.assign(state, { nowMs: 1_001, down: true });
    expect(await held()).toBe(first);
  });
});

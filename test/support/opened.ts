import { afterAll, beforeAll } from "vitest";

/** What the tests of a file share: opened before the first of them, and disposed of after the last. */
export function useOpened<T extends AsyncDisposable>(open: () => Promise<T>) {
  let opened: T | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());
  return () => {
    if (!opened) throw new Error("It opens in beforeAll.");
    return opened;
  };
}

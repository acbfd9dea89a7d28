/** Resolves after `ms`, or at once when the signal fires; never rejects. */
export function pause(ms: number, signal: AbortSignal) {
  return new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** The promise's value, or a rejection with `message` after `ms`; the promise itself goes on. */
export function within<T>(promise: Promise<T>, ms: number, message: string) {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The promise's value, or undefined when the signal fires first; the promise itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal) {
  return new Promise<T | undefined>((resolve, reject) => {
    const aborted = () => resolve(undefined);
    if (signal.aborted) aborted();
    signal.addEventListener("abort", aborted, { once: true });
    // Listened to even if nobody waits any more: a rejection without a listener ends the process.
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}

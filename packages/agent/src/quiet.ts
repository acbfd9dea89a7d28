const QUIET_MS = 20_000;

/** A collection costs some 50 ms of CPU: once in so many checks at most, 0.1 ms for each. */
const CHECKS = 500;

type Work = {
  /** How many checks were begun since the start. */
  begun(): number;
  running(): number;
};

/**
 * Gives memory back when there is no work: V8 keeps what it once needed, and this agent shares its
 * host. Looks every 20 s; resolves nothing, delays nothing, and keeps no process alive. Needs Node's
 * `--expose-gc` and does nothing without.
 */
export function collectWhenQuiet(
  { begun, running }: Work,
  collect: (() => void) | undefined = collector(),
) {
  if (!collect) return;
  let seen = 0;
  let collected = 0;
  const look = () => {
    const now = begun();
    const quiet = now === seen && running() === 0;
    seen = now;
    if (!quiet || now - collected < CHECKS) return;
    collected = now;
    collect();
  };
  setInterval(look, QUIET_MS).unref();
}

function collector() {
  const { gc } = globalThis;
  return gc && (() => gc({ type: "major", execution: "sync", flavor: "last-resort" }));
}

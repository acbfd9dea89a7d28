/** A queue as the management interface lists it; counts come from its leader, and only from it. */
type Listed = {
  name: string;
  messages?: number | null | undefined;
  arguments: Record<string, unknown>;
};

/** Longer than the broker takes to tell the counts of a new queue, or of any after its own start (5 s). */
const SILENT_FOR_MS = 15_000;

/**
 * Tells quorum queues that are listed and whose leader never speaks: one made about a second before
 * the broker was killed can come back so, and then answers no consumer for ever (RabbitMQ 3.10).
 * Such a one counts nothing at two looks or more, while others do count: where none does, it is the
 * counting that is off.
 */
export function watchForSilence(now: () => number = () => performance.now()) {
  let since = new Map<string, number>();
  return (queues: readonly Listed[]): string[] => {
    const quorum = queues.filter((queue) => queue.arguments["x-queue-type"] === "quorum");
    const [counting, silent] = [quorum.filter(counts), quorum.filter((queue) => !counts(queue))];
    if (counting.length === 0) {
      since = new Map();
      return [];
    }
    since = new Map(silent.map(({ name }) => [name, since.get(name) ?? now()]));
    return [...since].flatMap(([name, at]) => (now() - at >= SILENT_FOR_MS ? [name] : []));
  };
}

function counts({ messages }: Listed) {
  return typeof messages === "number";
}

import { BATCH_BYTES, BATCH_ENTRIES } from "@netcheck/adapters/sqs-batch";
import type { Refused } from "@netcheck/adapters/sqs-client";
import type { OutgoingMessage } from "@netcheck/kernel/queue";

/** One delivery on its way; its tag grows with each delivery of the channel. */
export type Parcel = { tag: number; body: string };

type Options<P extends Parcel> = {
  send: (messages: readonly OutgoingMessage[]) => Promise<Refused[]>;
  /** Settles this delivery, or, if `allUpTo`, every earlier one too. */
  ack: (parcel: P, allUpTo: boolean) => void;
  /** SQS will never take it. */
  discard: (parcel: P, reason: string) => void;
  giveBack: (parcel: P) => void;
  /** Waits after the n-th failure in a row. */
  backOff: (failures: number) => Promise<void>;
  onError: (error: unknown) => void;
};

const IN_FLIGHT = 4;

/**
 * Sends on what is waiting, without a timer: alone if nothing is under way, otherwise as soon as a
 * batch is full or the one under way is in. Settles a delivery only after SQS has accepted it.
 */
export function forwarder<P extends Parcel>(options: Options<P>) {
  const { send, ack, discard, giveBack, backOff, onError } = options;
  const waiting: P[] = [];
  const unsettled = new Set<number>();
  const idle: (() => void)[] = [];
  let inFlight = 0;
  let failures = 0;
  let scheduled = false;

  function push(parcel: P) {
    waiting.push(parcel);
    unsettled.add(parcel.tag);
    // One read of the socket may hold many deliveries: they go together.
    if (!scheduled) queueMicrotask(flush);
    scheduled = true;
  }

  function flush() {
    scheduled = false;
    while (waiting.length > 0 && inFlight < IN_FLIGHT) {
      if (inFlight > 0 && waiting.length < BATCH_ENTRIES) return;
      inFlight += 1;
      void deliver(takeBatch()).finally(() => {
        inFlight -= 1;
        flush();
        if (isIdle()) for (const wake of idle.splice(0)) wake();
      });
    }
  }

  function takeBatch() {
    let bytes = 0;
    const end = waiting.slice(0, BATCH_ENTRIES).findIndex(({ body }) => {
      bytes += Buffer.byteLength(body);
      return bytes > BATCH_BYTES;
    });
    return waiting.splice(0, end > 0 ? end : BATCH_ENTRIES);
  }

  async function deliver(batch: readonly P[]) {
    try {
      const refused = await send(batch.map(({ tag, body }) => ({ id: String(tag), body })));
      const refusals = new Map(refused.map((refusal) => [Number(refusal.id), refusal]));
      ackAll(batch.filter(({ tag }) => !refusals.has(tag)));
      const later: P[] = [];
      for (const parcel of batch) {
        const refusal = refusals.get(parcel.tag);
        if (refusal?.ours) settle(parcel, () => discard(parcel, refusal.reason));
        else if (refusal) later.push(parcel);
      }
      if (later.length > 0) await returnLater(later);
      else failures = 0;
    } catch (error) {
      onError(error);
      await returnLater(batch);
    }
  }

  function ackAll(accepted: readonly P[]) {
    const last = accepted.at(-1);
    if (!last) return;
    const oldest = unsettled.values().take(accepted.length);
    const isPrefix = oldest.every((tag, i) => tag === accepted[i]?.tag);
    for (const { tag } of accepted) unsettled.delete(tag);
    if (isPrefix) ack(last, accepted.length > 1);
    else for (const parcel of accepted) ack(parcel, false);
  }

  async function returnLater(parcels: readonly P[]) {
    failures += 1;
    await backOff(failures);
    for (const parcel of parcels) settle(parcel, () => giveBack(parcel));
  }

  function settle(parcel: P, how: () => void) {
    unsettled.delete(parcel.tag);
    how();
  }

  const isIdle = () => inFlight === 0 && waiting.length === 0;

  return {
    push,
    /** How many are waiting, under way or about to be settled. */
    inHand: () => unsettled.size,
    /** Resolves when nothing is waiting or under way. */
    drained: async () => {
      if (!isIdle()) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}

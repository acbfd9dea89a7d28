/** A remembered check. `answer` is kept until the broker has confirmed it. */
export type Remembered<Delivery> = {
  readonly id: string;
  /** When its message came, of `performance.now()`. */
  readonly cameAt: number;
  requestId: string | undefined;
  state: State;
  answer: Buffer | undefined;
  /** Deliveries of this check that are settled once its answer is confirmed. */
  deliveries: Delivery[];
};

type State = "running" | "answered" | "confirmed";

export type Memory<Delivery> = {
  get(id: string): Remembered<Delivery> | undefined;
  /** Remembers a new check, and forgets the oldest one beyond the capacity that is done with. */
  add(id: string, requestId: string | undefined, delivery: Delivery): Remembered<Delivery>;
  forget(id: string): void;
  /** All that are in this state. */
  all(state: State): Remembered<Delivery>[];
};

/** The last checks this agent took, so that a repeated message does not run twice. */
export function createMemory<Delivery>(capacity = 1_000): Memory<Delivery> {
  const checks = new Map<string, Remembered<Delivery>>();
  const forgetOldest = () => {
    for (const { id, state } of checks.values())
      if (state === "confirmed") return void checks.delete(id);
  };
  return {
    get: (id) => checks.get(id),
    add: (id, requestId, delivery) => {
      const check: Remembered<Delivery> = {
        id,
        cameAt: performance.now(),
        requestId,
        state: "running",
        answer: undefined,
        deliveries: [delivery],
      };
      checks.set(id, check);
      if (checks.size > capacity) forgetOldest();
      return check;
    },
    forget: (id) => void checks.delete(id),
    all: (state) => [...checks.values()].filter((it) => it.state === state),
  };
}

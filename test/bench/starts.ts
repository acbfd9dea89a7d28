import { type ColdStart, coldStart, type Started } from "../support/cold-start.ts";
import { percentile } from "./table.ts";

const ROUNDS = 11;

/** Cold starts of one function, of which the median counts. */
export function startsOf(start: ColdStart, expected: number) {
  const took: Started[] = [];
  return {
    async once() {
      const started = await coldStart(start);
      if (started.answer?.statusCode !== expected)
        throw new Error(`${start.bundle}: ${JSON.stringify(started.answer)}`);
      took.push(started);
    },
    median: (of: "totalMs" | "cpuMs") =>
      percentile(
        took.map((one) => one[of]),
        0.5,
      ),
  };
}

export type Starts = ReturnType<typeof startsOf>;

/** In turns, so that whatever else the machine does falls on all of them. */
export async function measureStarts(all: readonly Starts[]) {
  for (let round = 0; round < ROUNDS; round++) for (const one of all) await one.once();
}

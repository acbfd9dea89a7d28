/** The platform's clock as this agent estimates it, in epoch milliseconds. */
export type Clock = { now(): number; offsetMs(): number; adjust(answer: TimeAnswer): void };

/** One answer with the platform's time; the other two are this host's clock around the call. */
type TimeAnswer = { serverTime: string; sentAt: number; receivedAt: number };

/**
 * Assumes the platform read its clock half-way through the call, as NTP does. What half the call's
 * time can explain is no offset at all.
 */
export function createClock(read: () => number = Date.now): Clock {
  let offset = 0;
  return {
    now: () => read() + offset,
    offsetMs: () => offset,
    adjust: ({ serverTime, sentAt, receivedAt }) => {
      const estimate = Math.round(Date.parse(serverTime) - (sentAt + receivedAt) / 2);
      const uncertainty = (receivedAt - sentAt) / 2 + 1;
      offset = Math.abs(estimate) <= uncertainty ? 0 : estimate;
    },
  };
}

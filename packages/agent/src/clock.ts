/** What this host counts time by, in milliseconds: its wall clock, which anybody may set, and its monotonic one. */
type Timers = { wall(): number; steady(): number };

/** The platform's clock as this agent estimates it, in epoch milliseconds. */
export type Clock = {
  /** Runs by the monotonic clock: nobody who sets this host's clock moves it. */
  now(): number;
  /** The monotonic clock itself, for the two ends of a call. */
  steady(): number;
  /** How far this host's wall clock is ahead of the platform's. */
  aheadMs(): number;
  /** When the wall clock was last seen to have been set, by the platform's time. */
  jumpedAt(): number | undefined;
  adjust(answer: TimeAnswer): void;
  /** Whether the platform's time is to be learnt: an hour is over, or the two clocks have parted. */
  isDue(): boolean;
};

/**
 * One answer with the platform's time, which may be cut to `precisionMs`; the other two are the
 * monotonic clock around the call.
 */
export type TimeAnswer = {
  serverTime: number;
  sentAt: number;
  receivedAt: number;
  precisionMs?: number;
};

const HOUR_MS = 3_600_000;
/** Nobody's oscillator is off by so much between two beats: the clock was set, or the host slept. */
const JUMP_MS = 1_000;

const OWN: Timers = { wall: () => Date.now(), steady: () => performance.now() };

/**
 * Assumes the platform read its clock half-way through the call, as NTP does. What half the call's
 * time and the answer's precision can explain moves nothing. Until the first answer the host's own
 * clock is taken for right.
 */
export function createClock({ wall, steady }: Timers = OWN): Clock {
  const apart = () => wall() - steady();
  /** The platform's time when the monotonic clock read 0. */
  let origin = apart();
  let seenApart = origin;
  let learntAt: number | undefined;
  let jumpedAt: number | undefined;

  const look = () => {
    if (Math.abs(apart() - seenApart) <= JUMP_MS) return;
    seenApart = apart();
    jumpedAt = steady();
    learntAt = undefined;
  };

  return {
    now: () => origin + steady(),
    steady,
    aheadMs: () => Math.round(apart() - origin),
    jumpedAt: () => (jumpedAt === undefined ? undefined : origin + jumpedAt),
    adjust: ({ serverTime, sentAt, receivedAt, precisionMs = 1 }) => {
      look();
      const estimate = serverTime + precisionMs / 2 - (sentAt + receivedAt) / 2;
      const uncertainty = (receivedAt - sentAt + precisionMs) / 2;
      if (Math.abs(estimate - origin) > uncertainty) origin = estimate;
      learntAt = steady();
    },
    isDue: () => {
      look();
      return learntAt === undefined || steady() - learntAt > HOUR_MS;
    },
  };
}

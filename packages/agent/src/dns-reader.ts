import type { Labels } from "@netcheck/wire/dns-name";

/** Bytes that are no DNS message. */
export class NoMessage extends Error {}

/** A record whose data ends too early, or is not what its type says. */
export class BadData extends Error {}

/** Any name that fits 255 bytes has fewer labels than this, and a pointer leads to one at least. */
const MAX_STEPS = 128;

/** Reads a message from its start, or the data of one record, and nothing beyond its end. */
export type Reader = ReturnType<typeof readerOf>;

export function readerOf(bytes: Buffer, start = 0, end = bytes.length) {
  let at = start;
  const take = (length: number) => {
    if (at + length > end) throw new BadData("It says more than it holds.");
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    take,
    u8: () => take(1).readUInt8(),
    u16: () => take(2).readUInt16BE(),
    u32: () => take(4).readUInt32BE(),
    /** A byte that counts those which follow. */
    counted: () => take(take(1).readUInt8()),
    rest: () => take(end - at),
    /** All of it, read or not. */
    whole: () => bytes.subarray(start, end),
    isDone: () => at >= end,
    name: (): Labels => {
      const { labels, next } = nameAt(bytes, at);
      take(next - at);
      return labels;
    },
    /** Goes past a name without following it. */
    skipName: () => {
      for (;;) {
        const length = take(1).readUInt8();
        if (length >= 0xc0) return void take(1);
        if (length === 0) return;
        take(lengthOf(length));
      }
    },
    /** What follows in so many bytes, by itself; a pointer in it may lead anywhere before. */
    part: (length: number) => {
      take(length);
      return readerOf(bytes, at - length, at);
    },
  };
}

/** A pointer leads backwards only (RFC 1035, 4.1.4), so that no circle is walked. */
function nameAt(bytes: Buffer, start: number) {
  const labels: string[] = [];
  let next: number | undefined;
  let total = 1;
  for (let [at, before, steps] = [start, start, 0]; steps < MAX_STEPS; steps += 1) {
    const length = bytes[at];
    if (length === undefined) throw new NoMessage("A name leads out of it.");
    if (length === 0) return { labels, next: next ?? at + 1 };
    if (length >= 0xc0) {
      if (at + 2 > bytes.length) throw new NoMessage("A name leads out of it.");
      next ??= at + 2;
      at = bytes.readUInt16BE(at) & 0x3fff;
      if (at >= before) throw new NoMessage("A name leads in a circle.");
      before = at;
      continue;
    }
    const end = at + 1 + lengthOf(length);
    total += 1 + length;
    if (end > bytes.length) throw new NoMessage("A name leads out of it.");
    if (total > 255) throw new NoMessage("A name is longer than a name can be.");
    labels.push(bytes.toString("latin1", at + 1, end));
    at = end;
  }
  throw new NoMessage("A name leads in a circle.");
}

function lengthOf(byte: number) {
  if (byte >= 0x40) throw new NoMessage("It has a label of a kind that is not in use.");
  return byte;
}

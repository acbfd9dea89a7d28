import type { Labels } from "@netcheck/wire/dns-name";
import type { RecordType } from "@netcheck/wire/options";

import { CLASS_IN, OPT_TYPE, typeNumber } from "./dns-registry.ts";

/** What is asked. */
export type Question = { labels: Labels; type: RecordType };

/** The question as it is sent once: `id` cannot be guessed, `withEdns` adds an OPT record. */
export type Query = Question & { id: number; withEdns: boolean };

const RECURSION_DESIRED = 0x0100;

/** Not fragmented on any usual path (DNS flag day 2020). */
const UDP_PAYLOAD_BYTES = 1_232;

/** The bytes of a query with recursion desired. */
export function encodeQuery({ id, labels, type, withEdns }: Query) {
  const header = words(id, RECURSION_DESIRED, 1, 0, 0, withEdns ? 1 : 0);
  const name = labels.map((label) =>
    Buffer.from(`${String.fromCharCode(label.length)}${label}`, "latin1"),
  );
  const opt = [Buffer.of(0), words(OPT_TYPE, UDP_PAYLOAD_BYTES, 0, 0, 0)];
  return Buffer.concat([
    header,
    ...name,
    Buffer.of(0),
    words(typeNumber(type), CLASS_IN),
    ...(withEdns ? opt : []),
  ]);
}

function words(...numbers: readonly number[]) {
  const bytes = Buffer.alloc(numbers.length * 2);
  for (const [i, number] of numbers.entries()) bytes.writeUInt16BE(number, i * 2);
  return bytes;
}

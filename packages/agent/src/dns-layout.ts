const HEADER_BYTES = 12;
/** By type: A and AAAA (RFC 1035, 3.4.1; RFC 3596, 2.2). */
const ADDRESS_BYTES = new Map([
  [1, 4],
  [28, 16],
]);

/**
 * Throws where a record of a message is longer than the message, or an address is none: the library
 * reads on into what comes next. Looks at the questions and answers that the header counts.
 */
export function checkLayout(bytes: Buffer) {
  let at = HEADER_BYTES;
  for (let left = bytes.readUInt16BE(4); left > 0; left -= 1) at = afterName(bytes, at) + 4;
  for (let left = bytes.readUInt16BE(6); left > 0; left -= 1) {
    const fixed = afterName(bytes, at);
    if (fixed + 10 > bytes.length) throw beyond();
    const length = bytes.readUInt16BE(fixed + 8);
    const expected = ADDRESS_BYTES.get(bytes.readUInt16BE(fixed));
    if (expected !== undefined && length !== expected)
      throw new Error(`An address of ${length} bytes.`);
    at = fixed + 10 + length;
    if (at > bytes.length) throw beyond();
  }
}

/** A name ends with an empty label or a pointer (RFC 1035, 4.1.4). */
function afterName(bytes: Buffer, start: number) {
  for (let at = start; ;) {
    const length = bytes[at];
    if (length === undefined) throw beyond();
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length >= 0x40) throw new Error("A label of a kind that is not in use.");
    at += 1 + length;
  }
}

function beyond() {
  return new Error("It says more than it holds.");
}

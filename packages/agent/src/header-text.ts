import { isUtf8 } from "node:buffer";

/**
 * Bytes of a head, one to a character, as text: UTF-8 where they are valid UTF-8, else Latin-1. The
 * letter of RFC 9110, 5.5 leaves it open; sites send both.
 */
export function headerText(bytes: string) {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, "latin1");
  return isUtf8(buffer) ? buffer.toString("utf8") : bytes;
}

/** A blank or a lone carriage return at either end of a header's name or value is none of it. */
export function trimBlanks(bytes: string) {
  let [start, end] = [0, bytes.length];
  while (start < end && isBlank(bytes, start)) start += 1;
  while (end > start && isBlank(bytes, end - 1)) end -= 1;
  return bytes.slice(start, end);
}

// `trim` would take U+00A0 too, which is the last byte of many a character in UTF-8.
function isBlank(bytes: string, index: number) {
  return " \t\r".includes(bytes.charAt(index));
}

/** A control character other than the tab; NUL is not looked for, since no head with one is read. */
export function hasControlCharacter(bytes: string) {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return /[\x01-\x08\x0a-\x1f\x7f]/.test(bytes);
}

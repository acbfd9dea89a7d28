import { invalid } from "./fault.ts";

/** 1 to 128 visible ASCII characters, as a bare word or a structured string. */
const KEY = /^[\x21-\x7e]{1,128}$/;

/** The header field of draft-ietf-httpapi-idempotency-key-header, if it was sent. */
export function readKey(header: string | undefined) {
  if (header === undefined || KEY.test(header)) return header;
  const detail = "A key is 1 to 128 visible ASCII characters.";
  throw invalid("request.invalid", "idempotencyKey", detail);
}

import { HTTP_REMARKS, type HttpRemarkCode } from "@netcheck/wire/remark";

/** What is wrong with an answer that was read all the same, by its stable code. */
export type Remark = { code: HttpRemarkCode; message: string };

/** Each code once, with its words. */
export function remarksOf(codes: Iterable<HttpRemarkCode>): Remark[] {
  return [...new Set(codes)].map((code) => ({ code, message: HTTP_REMARKS[code] }));
}

import type { HttpRemarkCode } from "@netcheck/wire/remark";

import { hasControlCharacter } from "./header-text.ts";

export type StatusLine = {
  statusCode: number;
  httpVersion: string;
  remarks: readonly HttpRemarkCode[];
};

/** Bytes that may stand before the status line: browsers pass over as many. */
const MAX_SLOP = 4;

const BEGINNING = /^[^]{0,4}?(?:HTTP|ICY )/i;
const LONGEST_BEGINNING = MAX_SLOP + "HTTP".length;

/** ICY is how radio stations say HTTP/1.0. */
const STATUS_LINE =
  /^([^]{0,4}?)(HTTP|ICY)(?:\/(\d{1,2}(?:\.\d{1,2})?))?([ \t]+)([1-9]\d\d)(?!\d)([^]*)$/i;

/** Whether what came so far begins a status line; undefined while it is too little to tell. */
export function beginsStatusLine(begun: string) {
  if (BEGINNING.test(begun)) return true;
  return begun.length < LONGEST_BEGINNING ? undefined : false;
}

/**
 * Reads a status line (RFC 9112, 4) as clients do: any case and number of blanks, without a reason,
 * and without a version, which is then 1.0. Undefined where no status can be made out.
 */
export function readStatusLine(line: string): StatusLine | undefined {
  const found = STATUS_LINE.exec(line);
  if (!found) return undefined;
  const [, before = "", protocol, version, gap, status, rest = ""] = found;
  const remarks: HttpRemarkCode[] = [];
  if (before !== "") remarks.push("bytes_before_status_line");
  if (version === undefined) remarks.push("version_missing");
  else if (version !== "1.1" && version !== "1.0") remarks.push("version_unknown");
  if (protocol !== protocol?.toUpperCase()) remarks.push("version_case");
  if (gap !== " " || !/^(?: (?! )|$)/.test(rest)) remarks.push("status_line_spaces");
  if (hasControlCharacter(rest)) remarks.push("control_character");
  return { statusCode: Number(status), httpVersion: version ?? "1.0", remarks };
}

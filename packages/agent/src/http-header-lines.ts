import type { HttpRemarkCode } from "@netcheck/wire/remark";

import { hasControlCharacter, headerText, trimBlanks } from "./header-text.ts";

/** Names and values in turn, as they came. */
export type RawHeaders = readonly string[];

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads the lines of a head after its status line (RFC 9112, 5), as clients do: folded lines are
 * joined, blanks around a name do not count, and a line that is no header is passed over.
 */
export function readHeaderLines(lines: readonly string[]) {
  const headers: string[] = [];
  const remarks = new Set<HttpRemarkCode>();
  for (const line of unfold(lines, remarks)) {
    if (hasControlCharacter(line)) remarks.add("control_character");
    const colon = line.indexOf(":");
    if (colon === -1) {
      remarks.add("header_without_colon");
      continue;
    }
    const before = line.slice(0, colon);
    const name = trimBlanks(before);
    if (name !== before) remarks.add("space_before_colon");
    if (!TOKEN.test(name)) remarks.add("header_name");
    if (name !== "") headers.push(headerText(name), headerText(trimBlanks(line.slice(colon + 1))));
  }
  return { headers, remarks };
}

function unfold(lines: readonly string[], remarks: Set<HttpRemarkCode>) {
  const whole: string[][] = [];
  for (const line of lines) {
    const last = whole.at(-1);
    if (!/^[ \t]/.test(line)) whole.push([line]);
    else {
      remarks.add("folded_line");
      if (last) last.push(trimBlanks(line));
      else whole.push([trimBlanks(line)]);
    }
  }
  return whole.map((parts) => parts.join(" "));
}

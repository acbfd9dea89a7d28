import type { HttpRemarkCode } from "@netcheck/wire/remark";

import { trimBlanks } from "./header-text.ts";
import type { RawHeaders } from "./http-header-lines.ts";

/** How the end of a body is found (RFC 9112, 6.3). */
export type Framing =
  | { kind: "none" }
  | { kind: "length"; bytes: number }
  | { kind: "chunked" }
  | { kind: "close" };

export type Framed = { framing: Framing; remarks: readonly HttpRemarkCode[] };

const WITHOUT_BODY = new Set([101, 204, 304]);

/** Decides as curl does: chunked over a length, and of several lengths the last one. */
export function framingOf(method: string, statusCode: number, headers: RawHeaders): Framed {
  const codings = valuesOf(headers, "transfer-encoding").flatMap(listOf).filter(isCoding);
  const lengths = valuesOf(headers, "content-length");
  const remarks = [...lengthRemarks(lengths.flatMap(listOf))];
  if (statusCode === 101) remarks.push("upgrade_unasked");
  if (codings.length > 1 || (codings.length === 1 && codings[0] !== "chunked"))
    remarks.push("transfer_coding");
  const isChunked = codings.includes("chunked");
  if (isChunked && lengths.length > 0) remarks.push("length_and_chunked");
  if (method === "HEAD" || WITHOUT_BODY.has(statusCode))
    return { framing: { kind: "none" }, remarks };
  if (isChunked) return { framing: { kind: "chunked" }, remarks };
  if (codings.length > 0) return { framing: { kind: "close" }, remarks };
  const bytes = Number(/^\+?(\d+)/.exec(lengths.at(-1) ?? "")?.[1] ?? Number.NaN);
  return {
    framing: Number.isSafeInteger(bytes) ? { kind: "length", bytes } : { kind: "close" },
    remarks,
  };
}

/** What the body comes in: `identity`, or its codings in the order they were applied. */
export function bodyEncodingOf(headers: RawHeaders) {
  const codings = ["content-encoding", "transfer-encoding"]
    .flatMap((name) => valuesOf(headers, name).flatMap(listOf))
    .filter((coding) => isCoding(coding) && coding !== "chunked");
  return codings.length > 0 ? codings.join(", ").slice(0, 100) : "identity";
}

function lengthRemarks(lengths: readonly string[]) {
  const remarks: HttpRemarkCode[] = [];
  if (lengths.some((it) => !/^\d+$/.test(it))) remarks.push("length_malformed");
  if (lengths.length < 2) return remarks;
  return [...remarks, new Set(lengths).size === 1 ? "length_repeated" : "lengths_differ"] as const;
}

function valuesOf(headers: RawHeaders, wanted: string) {
  return headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === wanted);
}

function listOf(value: string) {
  return value.split(",").map((it) => trimBlanks(it).toLowerCase());
}

function isCoding(name: string) {
  return name !== "" && name !== "identity";
}

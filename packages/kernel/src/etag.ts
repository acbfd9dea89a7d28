import { hash } from "node:crypto";

/** The ETag of an answer, for the middleware to compare: left to itself that reads the answer as a stream. */
export function etagOf(body: unknown) {
  return `"${hash("sha1", JSON.stringify(body))}"`;
}

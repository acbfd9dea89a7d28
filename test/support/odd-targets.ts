import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** What a check has to say of a target that answers against the letter of RFC 9112. */
export type Expected =
  | { statusCode: number; body?: string; bodyError?: string; remarks: string[] }
  | { code: string };

/** `says` is one byte to a character; the target then closes in good order, or resets. */
export type OddTarget = { says: string; resets?: true } & Expected;

const head = (line: string) => `HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: 2\r\n\r\nok`;
const line = (status: string) => `${status}\r\nContent-Length: 2\r\n\r\nok`;
const lengths = (...values: string[]) =>
  `HTTP/1.1 200 OK\r\n${values.map((it) => `Content-Length: ${it}\r\n`).join("")}\r\nok`;
const chunked = (body: string, coding = "chunked") =>
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${body}`;
const many = (count: number) => Array.from({ length: count }, (_, i) => `A${i}: b`).join("\r\n");

const ok = (says: string, ...remarks: string[]): OddTarget => ({
  says,
  statusCode: 200,
  body: "ok",
  remarks,
});
const cut = (says: string, bodyError: string, body = "ok", ...remarks: string[]): OddTarget => ({
  says,
  statusCode: 200,
  body,
  bodyError,
  remarks,
});
const status = (statusCode: number, says: string, ...remarks: string[]): OddTarget => ({
  says,
  statusCode,
  body: statusCode >= 300 && says.endsWith("ok") ? "ok" : "",
  remarks,
});
const notHttp = (says: string): OddTarget => ({ says, code: "not_http" });

/** Targets by their path. Where curl has an answer, so must a check. */
export const ODD_TARGETS: Readonly<Record<string, OddTarget>> = {
  "control-character": ok(head("X-Cookie: a\x01b"), "control_character"),
  "control-character-in-reason": ok(line("HTTP/1.1 200 O\x01K"), "control_character"),
  "carriage-return-in-value": ok(head("A: a\rb"), "control_character"),
  "folded-line": ok(head("Set-Cookie: a=b;\r\n path=/"), "folded_line"),
  "folded-first-line": ok("HTTP/1.1 200 OK\r\n a: b\r\nContent-Length: 2\r\n\r\nok", "folded_line"),
  "space-before-colon": ok(head("X-Powered-By : me"), "space_before_colon"),
  "space-in-name": ok(head("X Powered By: me"), "header_name"),
  "no-name": ok(head(": me"), "header_name"),
  "no-colon": ok(head("garbage"), "header_without_colon"),
  "line-feeds-alone": ok("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "bare_line_feed"),
  "line-feeds-mixed": ok("HTTP/1.1 200 OK\nContent-Length: 2\r\n\nok", "bare_line_feed"),
  "bytes-above-ascii": ok(head("A: \xff\xc3\xbc")),
  "many-headers": ok(head(many(5_000))),
  "long-header": ok(head(`A: ${"x".repeat(90_000)}`)),
  "long-head": ok(head(Array.from({ length: 25 }, () => `A: ${"x".repeat(10_000)}`).join("\r\n"))),

  "lower-case-version": ok(line("http/1.1 200 OK"), "version_case"),
  "lower-case-404": status(404, line("http/1.1 404 Not Found"), "version_case"),
  "version-2": ok(line("HTTP/2 200 OK"), "version_unknown"),
  "version-1.2": ok(line("HTTP/1.2 200 OK"), "version_unknown"),
  "no-version": ok(line("HTTP 200 OK"), "version_missing"),
  "radio-station": ok(line("ICY 200 OK"), "version_missing"),
  "no-reason": ok(line("HTTP/1.1 200 ")),
  "no-reason-no-space": ok(line("HTTP/1.1 200")),
  "spaces-before-status": ok(line("HTTP/1.1  200 OK"), "status_line_spaces"),
  "spaces-before-reason": ok(line("HTTP/1.1 200  OK"), "status_line_spaces"),
  "tab-before-status": ok(line("HTTP/1.1\t200 OK"), "status_line_spaces"),
  "no-space-before-reason": ok(line("HTTP/1.1 200OK"), "status_line_spaces"),
  "empty-line-first": ok(line("\r\nHTTP/1.1 200 OK"), "bytes_before_status_line"),
  "garbage-first": ok(line("ok\r\nHTTP/1.1 200 OK"), "bytes_before_status_line"),
  "status-999": status(999, line("HTTP/1.1 999 Denied")),
  "status-101": status(101, "HTTP/1.1 101 Switching\r\n\r\n", "upgrade_unasked"),
  "status-204-with-body": status(204, line("HTTP/1.1 204 No Content")),
  "interim-first": ok(`HTTP/1.1 100 Continue\r\n\r\n${line("HTTP/1.1 200 OK")}`),
  "interim-flood": ok(
    `${"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n".repeat(3_000)}${line("HTTP/1.1 200 OK")}`,
  ),
  "status-line-alone": status(200, "HTTP/1.1 200 OK\r\n", "head_cut_short"),
  "head-without-end": status(200, "HTTP/1.1 200 OK\r\nA: 1\r\n", "head_cut_short"),
  "header-without-end": status(200, "HTTP/1.1 200 OK\r\nA: 1", "head_cut_short"),

  "length-twice": ok(lengths("2", "2"), "length_repeated"),
  "length-in-a-list": ok(lengths("2, 2"), "length_repeated"),
  "lengths-differ": ok(lengths("3", "2"), "lengths_differ"),
  "length-signed": ok(lengths("+2"), "length_malformed"),
  "length-with-more": ok(lengths("2;x"), "length_malformed"),
  "length-is-a-word": ok(lengths("two"), "length_malformed"),
  "length-is-empty": ok(lengths(""), "length_malformed"),
  "length-beyond-all": ok(lengths("99999999999999999999999")),
  "more-than-length": ok(`${lengths("2")} and more`),
  "chunked-and-length": ok(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "length_and_chunked",
  ),
  "chunked-twice": ok(chunked("2\r\nok\r\n0\r\n\r\n", "chunked, chunked"), "transfer_coding"),
  "chunked-capitals": ok(chunked("2\r\nok\r\n0\r\n\r\n", "CHUNKED")),
  "chunked-in-1.0": ok(chunked("2\r\nok\r\n0\r\n\r\n").replace("1.1", "1.0")),
  "chunks-with-line-feeds": ok(chunked("2\nok\n0\n\n")),
  "chunks-extended": ok(chunked("2;a=b\r\nok\r\n0\r\nTrailer: 1\r\n\r\n")),
  "coding-identity": ok(chunked("ok", "identity")),
  "coding-unknown": { ...ok(chunked("ok", "rot13"), "transfer_coding"), body: "" },
  "body-short": cut(lengths("9"), "short"),
  "chunks-without-last": cut(chunked("2\r\nok\r\n"), "closed"),
  "chunks-without-trailer": cut(chunked("2\r\nok\r\n0\r\n"), "closed"),
  "chunk-not-hexadecimal": cut(chunked("zz\r\nok\r\n0\r\n\r\n"), "broken_chunk", ""),
  "chunk-longer-than-said": cut(chunked("2\r\nokxx\r\n0\r\n\r\n"), "broken_chunk"),
  "chunk-beyond-all": cut(chunked("ffffffffffffffffff\r\nok"), "broken_chunk", ""),
  "body-reset": { ...cut(lengths("9"), "reset"), resets: true },

  "nul-in-value": notHttp(head("A: a\0b")),
  "nul-in-name": notHttp(head("A\0: b")),
  "mail-server": notHttp("220 mail.example.test ESMTP\r\n"),
  "two-bytes": notHttp("hi"),
  "page-without-head": notHttp("<html><body>It works!</body></html>"),
  "no-status": notHttp(line("HTTP/1.1 OK")),
  "status-000": notHttp(line("HTTP/1.1 000 Nothing")),
  "status-20": notHttp(line("HTTP/1.1 20 OK")),
  "status-2000": notHttp(line("HTTP/1.1 2000 OK")),
  "tls-alert": notHttp("\x15\x03\x01\0\x02\x02\x46"),
  nothing: { says: "", code: "closed" },
  "carriage-returns-alone": {
    says: "HTTP/1.1 OK\rContent-Length: 2\r\rok",
    code: "closed",
  },
  "interim-only": { says: "HTTP/1.1 100 Continue\r\n\r\n", code: "closed" },
  "reset-at-once": { says: "", resets: true, code: "reset" },
  "reset-in-head": { says: "HTTP/1.1 200 OK\r\nA: 1\r\n", resets: true, code: "reset" },
  "endless-header": { says: head(`A: ${"x".repeat(200_000)}`), code: "header_overflow" },
  "endless-head": {
    says: head(Array.from({ length: 40 }, () => `A: ${"x".repeat(10_000)}`).join("\r\n")),
    code: "header_overflow",
  },
  "endless-interim": {
    says: "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n".repeat(20_000),
    code: "header_overflow",
  },
};

/** Serves them all on a port of this host, any unless one is given. */
export async function startOddTargets({ host = "127.0.0.1", port = 0 } = {}) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request) => sayOddly(socket, pathOf(request)));
  });
  server.listen(port, host);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, stop: () => void server.close() };
}

/** What was asked for, without its first slash. */
export function pathOf(request: Buffer) {
  return request.toString("latin1").split(" ")[1]?.slice(1) ?? "";
}

/** Says what the target of this path says, and ends as it does. */
export function sayOddly(socket: Socket, path: string) {
  const target = ODD_TARGETS[path];
  if (target?.resets) resetAfter(socket, target.says);
  else socket.end(target?.says ?? "", "latin1");
}

/** Later than what was said, which a reset may else overtake. */
function resetAfter(socket: Socket, says: string) {
  // Only a bare connection can be reset.
  const end = () => ("encrypted" in socket ? socket.destroy() : socket.resetAndDestroy());
  socket.write(says, "latin1", () => setTimeout(end, 50));
}

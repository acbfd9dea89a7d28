import { once } from "node:events";
import { createServer as createPlain } from "node:http";
import { createServer as createEncrypted } from "node:https";
import type { AddressInfo } from "node:net";

import type { CheckResponse } from "@netcheck/wire/message";

import type { Asked } from "../support/agent-stand.ts";
import { startDnsServer } from "../support/dns-server.ts";
import { tlsFile } from "../support/handshake.ts";
import { verdictOf } from "./judge.ts";

const HOST = "127.0.0.1";
/** Somebody else's check is answered in its own time, whatever is beside it. */
const IN_TIME_MS = 10_000;
const options = { timeoutMs: 5_000 };

type Honest = Asked & { verdict: string; shows: (result: CheckResponse["result"]) => boolean };

/** What well-meaning people ask beside it, and the right answers. */
export async function openHonest() {
  await using stack = new AsyncDisposableStack();
  const page = createPlain((_request, response) => response.end("ok"));
  const keys = { cert: tlsFile("trusted.pem"), key: tlsFile("trusted.key") };
  const secure = createEncrypted(keys, (_request, response) => response.end("ok"));
  const shut = createPlain();
  for (const server of [page, secure, shut]) await once(server.listen(0, HOST), "listening");
  const [pagePort = 0, securePort = 0, shutPort = 0] = [page, secure, shut].map(
    (server) => (server.address() as AddressInfo).port,
  );
  shut.close();
  for (const server of [page, secure])
    stack.defer(() => {
      server.close();
      server.closeAllConnections();
    });
  const resolver = await startDnsServer(({ name }) => ({
    answers: [{ type: "A", name, ttl: 1, data: "192.0.2.7" }],
  }));
  stack.defer(() => resolver.close());

  const isPage = ({ statusCode, body }: CheckResponse["result"]) =>
    statusCode === 200 && body === "ok";
  const always = () => true;
  const checks: Honest[] = [
    { type: "http", target: HOST, port: pagePort, options, verdict: "finished", shows: isPage },
    {
      type: "http",
      target: HOST,
      port: securePort,
      options: { ...options, protocol: "https" },
      verdict: "finished",
      shows: isPage,
    },
    { type: "tcp", target: HOST, port: pagePort, options, verdict: "finished", shows: always },
    {
      type: "tcp",
      target: HOST,
      port: shutPort,
      options,
      verdict: "target/refused",
      shows: always,
    },
    {
      type: "dns",
      target: "a.example",
      port: resolver.port,
      options: { ...options, resolver: HOST },
      verdict: "finished",
      shows: ({ answers }) => JSON.stringify(answers).includes("192.0.2.7"),
    },
  ];
  const owned = stack.move();
  return {
    /** They take turns. */
    at: (turn: number) => checks.slice(turn % checks.length)[0],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What is wrong with an answer that took so long to come. */
export function honestComplaints(
  { verdict, shows }: Pick<Honest, "verdict" | "shows">,
  answer: CheckResponse,
  ms: number,
) {
  const found: string[] = [];
  if (verdictOf(answer) !== verdict) found.push(`is ${verdictOf(answer)} and not ${verdict}`);
  else if (!shows(answer.result)) found.push("does not show what is there");
  if (ms > IN_TIME_MS) found.push(`came after ${Math.round(ms)} ms`);
  return found;
}

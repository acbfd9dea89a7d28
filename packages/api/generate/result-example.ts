import { readdirSync, readFileSync } from "node:fs";

import * as z from "zod";

const FOLDER = new URL("../../../test/fixtures/results/", import.meta.url);

const Coded = z.looseObject({ code: z.string() });
const Tls = z.looseObject({ faults: z.array(Coded.extend({ message: z.string() })) });

const Step = z.looseObject({
  tried: z.array(z.looseObject({ address: z.string(), outcome: z.string() })).default([]),
  tls: Tls.nullable().default(null),
});

const Result = z.looseObject({
  remarks: z.array(Coded.extend({ message: z.string() })).default([]),
  endedBy: z.string().nullable().default(null),
  bodyError: z.string().nullable().default(null),
  meaning: z.string().nullable().default(null),
  steps: z.array(Step).default([]),
});

const Answer = z.looseObject({
  status: z.string(),
  failureSource: z.string().optional(),
  failedPhase: z.string().optional(),
  error: Coded.extend({ message: z.string() }).optional(),
  result: Result,
});

const Asked = z.looseObject({
  port: z.int().optional(),
  protocol: z.string().optional(),
  path: z.string().optional(),
  recordType: z.string().optional(),
  resolver: z.string().optional(),
});

const File = z.strictObject({
  type: z.string(),
  target: z.string(),
  asked: Asked,
  answer: Answer,
});

/** A result as an agent of the lab had it; `test/lab/examples.test.ts` records them, and compares. */
export type Example = z.output<typeof File> & { name: string; text: string };

/** The shortest names first: they stand for the plainest cases. */
export function readExamples(): Example[] {
  return readdirSync(FOLDER)
    .map((file) => file.replace(".json", ""))
    .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .map((name) => {
      const text = readFileSync(new URL(`${name}.json`, FOLDER), "utf8");
      return { ...File.parse(JSON.parse(text)), name, text };
    });
}

/** Everything that this result says by a code of the catalogue, as `keyOf` writes it. */
export function saidBy({ type, answer: { failureSource, failedPhase, error, result } }: Example) {
  const { remarks, endedBy, bodyError, meaning, steps } = result;
  return [
    ...(error ? [keyOf("failure", failedPhase, error.code, failureSource)] : []),
    ...remarks.map(({ code }) => keyOf(`${type} remark`, code)),
    ...(endedBy ? [keyOf("endedBy", endedBy)] : []),
    ...(bodyError ? [keyOf("bodyError", bodyError)] : []),
    ...(meaning ? [keyOf("meaning", meaning)] : []),
    ...steps.flatMap(({ tried }) => tried.map(({ outcome }) => keyOf("outcome", outcome))),
    ...steps.flatMap(({ tls }) => (tls?.faults ?? []).map(({ code }) => keyOf("fault", code))),
  ];
}

/** A place in the catalogue, as text. */
export function keyOf(...parts: readonly (string | undefined)[]) {
  return parts.join(" ");
}

/** What was asked, as people write it. */
export function questionOf({ type, target, asked }: Example) {
  const { port, protocol, path = "/", recordType = "A", resolver } = asked;
  const at = port === undefined ? "" : `:${port}`;
  if (type === "http")
    return `${protocol === undefined ? "http" : "https"}://${target}${at}${path}`;
  if (type === "dns") return `${target} ${recordType}${resolver ? ` @${resolver}${at}` : ""}`;
  return `${type} ${target}${at}`;
}

/** `warning`: it works, with less than one might expect. Only `failed` fails a self-test. */
export type Verdict = "ok" | "warning" | "failed" | "skipped";

/** One thing a self-test looked at. `facts` are for programs, `detail` is for people. */
export type Finding = {
  name: string;
  verdict: Verdict;
  detail: string;
  facts?: Record<string, unknown>;
};

export function finding(
  name: string,
  verdict: Verdict,
  detail: string,
  facts?: Record<string, unknown>,
): Finding {
  return { name, verdict, detail, ...(facts && { facts }) };
}

export function passes(findings: readonly Finding[]) {
  return findings.every(({ verdict }) => verdict !== "failed");
}

/** The findings in columns, and a line that sums them up. */
export function findingTable(findings: readonly Finding[]) {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(
    ({ name, verdict, detail }) => `  ${name.padEnd(width)}  ${verdict.padEnd(7)}  ${detail}`,
  );
  const failed = findings.filter(({ verdict }) => verdict === "failed").length;
  const sum = failed === 0 ? "This agent can work here." : `${failed} of these must be mended.`;
  return `${lines.join("\n")}\n\n${sum}\n`;
}

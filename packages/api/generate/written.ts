import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { CONTRACTS, PROBLEMS } from "../contract/chapters.ts";
import { buildDocument } from "../contract/document.ts";
import { readGoldens } from "../contract/golden.ts";
import { openapiOf } from "../src/docs-sources.ts";
import { envExample } from "./env-example.ts";
import { manifest } from "./manifest.ts";
import { memberModule } from "./member-module.ts";
import { metricsTable } from "./metrics-table.ts";
import { resultPage } from "./result-page.ts";
import { runbookLists } from "./runbook-lists.ts";
import { SCOPE_MODULE, scopeModule } from "./scope-module.ts";

/** A file of the repository, and what it has to say. */
export type Written = { file: string; text: string };

const ROOT = new URL("../../../", import.meta.url);

/** Every file that a person does not write, or of which a part is written between two marks. */
export async function writtenFiles(): Promise<Written[]> {
  const goldens = readGoldens();
  const documents = CONTRACTS.map(({ folder, chapters }) => ({
    file: fileURLToPath(openapiOf(folder)),
    text: json(buildDocument(chapters, PROBLEMS, goldens)),
  }));
  return [
    ...documents,
    { file: SCOPE_MODULE, text: scopeModule() },
    { file: at("packages/client/src/member.ts"), text: memberModule(PROBLEMS) },
    { file: at("packages/api/contexts.json"), text: json(await manifest()) },
    part(".env.example", await envExample(), "#"),
    part("docs/metrics.md", await metricsTable(read("stacks/alarms.ts"))),
    part("docs/runbook.md", await runbookLists()),
    part("docs/results.md", resultPage()),
  ];
}

function at(path: string) {
  return fileURLToPath(new URL(path, ROOT));
}

function read(path: string) {
  return readFileSync(at(path), "utf8");
}

function json(value: object) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What stands between the two marks of a file that is otherwise written by hand. */
function part(path: string, text: string, comment: "#" | "<!--" = "<!--"): Written {
  const end = comment === "#" ? "" : " -->";
  const [from, to] = ["Written by `npm run generate`:", "The rest is written by hand."].map(
    (mark) => `${comment} ${mark}${end}\n`,
  );
  const whole = read(path);
  const [start, stop] = [whole.indexOf(from ?? ""), whole.indexOf(to ?? "")];
  if (start === -1 || stop < start) throw new Error(`${path} has lost its marks.`);
  const before = whole.slice(0, start + (from ?? "").length);
  return { file: at(path), text: `${before}\n${text.trim()}\n\n${whole.slice(stop)}` };
}

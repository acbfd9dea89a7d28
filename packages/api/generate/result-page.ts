import { FAILURE_CHAPTERS, WORD_CHAPTERS, type Chapter, type Entry } from "./result-catalogue.ts";
import { keyOf, questionOf, readExamples, saidBy, type Example } from "./result-example.ts";

const FOLDER = "../test/fixtures/results";

/** Each for one thing that the page explains. */
const IN_FULL = ["tcp-every-address-dead", "dns-dangling-alias", "http-redirect-inside"];

/** Everything that a result can say, each with an example of the lab. */
export function resultPage() {
  const examples = readExamples();
  const full = IN_FULL.flatMap((name) => examples.find((it) => it.name === name) ?? []);
  const section = (title: string, lines: readonly string[]) => [`## ${title}`, "", ...lines];
  return [
    ...section("Failures, by how far the check came", [
      "Whose fault it is follows from what was seen, and what is not understood is never the target's.",
      "",
      ...FAILURE_CHAPTERS.flatMap((chapter) => chapterOf(chapter, examples)),
    ]),
    ...section(
      "Everything else that has a code",
      WORD_CHAPTERS.flatMap((chapter) => chapterOf(chapter, examples)),
    ),
    ...section("Three results in full", full.flatMap(inFull)),
  ].join("\n");
}

function inFull(example: Example) {
  return [`\`${questionOf(example)}\`:`, "", "```json", example.text.trim(), "```", ""];
}

function chapterOf({ title, about, entries }: Chapter, examples: readonly Example[]) {
  const lines = entries.map((entry) => lineOf(entry, examples));
  return [`### ${title}`, "", ...(about ? [about, ""] : []), ...lines, ""];
}

function lineOf(entry: Entry, examples: readonly Example[]) {
  const { code, whose, words, key } = entry;
  const example = examples.find((it) => saidBy(it).includes(key));
  const blame = whose ? `, the ${whose}'s` : "";
  return `- **\`${code}\`**${blame}: ${words}${example ? ` ${shown(entry, example)}` : ""}`;
}

/** What was asked and, where words of its own were said, what was told. */
function shown({ key }: Entry, example: Example) {
  const told = tellings(example).find((it) => it.key === key)?.message;
  const link = `[\`${questionOf(example)}\`](${FOLDER}/${example.name}.json)`;
  return told === undefined ? `See ${link}.` : `${link} says: _${escaped(told)}_`;
}

function tellings({ type, answer: { failureSource, failedPhase, error, result } }: Example) {
  const failure = keyOf("failure", failedPhase, error?.code, failureSource);
  return [
    ...(error ? [{ key: failure, message: error.message }] : []),
    ...(type === "dns"
      ? result.remarks.map(({ code, message }) => ({ key: keyOf("dns remark", code), message }))
      : []),
    ...result.steps
      .flatMap(({ tls }) => tls?.faults ?? [])
      .map(({ code, message }) => ({ key: keyOf("fault", code), message })),
  ];
}

function escaped(text: string) {
  return text.replaceAll(/[_*<>[\]\\]/g, "\\$&");
}

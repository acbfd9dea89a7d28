import { ALL } from "../src/contexts.ts";
import { consumedBy, QUEUES } from "../src/queues.ts";
import { shownSettings } from "./setting.ts";

/** What an operator meets by name: queues, secrets, schedules. */
export async function runbookLists() {
  const settings = [...(await shownSettings([])), ...(await shownSettings(ALL))];
  const secrets = settings.filter(({ onAws }) => onAws === "secret");
  const takers = new Map(
    ALL.flatMap((context) => consumedBy(context).map((queue) => [queue, context.name] as const)),
  );
  const lists = [
    [
      "Queues, each with its `-dlq`",
      QUEUES.map(({ name }) => [name, takers.get(name) ?? "worker"]),
    ],
    ["Secrets of the functions", secrets.map(({ name, description }) => [name, description])],
    [
      "Schedules",
      ALL.flatMap(({ schedules }) => schedules).map(({ name, everySeconds }) => [
        name,
        everySeconds < 60 ? "each minute" : `every ${everySeconds / 60} min`,
      ]),
    ],
  ] as const;
  return lists
    .map(([title, rows]) =>
      [`**${title}**`, "", ...rows.map(([name, text]) => `- \`${name}\`: ${text}`)].join("\n"),
    )
    .join("\n\n");
}

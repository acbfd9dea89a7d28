import { stageSecrets } from "../deploy/stage-secret.ts";
import { ALL } from "../src/contexts.ts";
import { consumedBy, QUEUES } from "../src/queues.ts";
import { shownSettings } from "../src/shown-settings.ts";

/** What an operator meets by name: queues, secrets, settings, schedules. */
export async function runbookLists() {
  const secrets = await stageSecrets();
  const shown = [...(await shownSettings([])), ...(await shownSettings(ALL))];
  const given = shown.filter(({ onAws }) => onAws === undefined);
  const takers = new Map(
    ALL.flatMap((context) => consumedBy(context).map((queue) => [queue, context.name] as const)),
  );
  const lists = [
    [
      "Queues, each with its `-dlq`",
      QUEUES.map(({ name }) => [name, takers.get(name) ?? "worker"]),
    ],
    [
      "Secrets, each `netcheck-STAGE-` and this",
      secrets.map(({ setting, name, description }) => [name, `${setting}. ${description}`]),
    ],
    [
      "Settings, as `.env.example` has them",
      given.map(({ name, description }) => [name, description]),
    ],
    [
      "Schedules",
      ALL.flatMap(({ schedules }) => schedules).map(({ name, everySeconds }) => [
        name,
        everySeconds <= 60 ? "each minute" : `every ${everySeconds / 60} min`,
      ]),
    ],
  ] as const;
  return lists
    .map(([title, rows]) =>
      [`**${title}**`, "", ...rows.map(([name, text]) => `- \`${name}\`: ${text}`)].join("\n"),
    )
    .join("\n\n");
}

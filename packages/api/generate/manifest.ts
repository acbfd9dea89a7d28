import { variables } from "@netcheck/agent/option";
import { ASKED, SAID } from "@netcheck/wire/kind";

import { stageSecrets } from "../deploy/stage-secret.ts";
import { ALL, type AnyContext } from "../src/contexts.ts";
import { CONSUMER_SECONDS, consumedBy, QUEUES, subscribers } from "../src/queues.ts";
import { shownSettings } from "../src/shown-settings.ts";

/** Of a context's events: few, and each a matter of a moment. */
const EVENTS = { batch: 10, atOnce: 5 };

/** What `stacks/` must know of the contexts, which it never imports. */
export async function manifest() {
  return {
    consumerSeconds: CONSUMER_SECONDS,
    queues: QUEUES,
    worker: {
      takes: distinct(Object.values(ASKED).map(({ takenFrom }) => takenFrom)),
      fills: distinct(Object.values(SAID).map(({ carriedTo }) => carriedTo)),
    },
    settings: await given([]),
    secrets: Object.fromEntries((await stageSecrets()).map(({ setting, name }) => [setting, name])),
    agentVariables: variables,
    contexts: await Promise.all(ALL.map(contextOf)),
  };
}

async function contextOf(context: AnyContext) {
  const { name, folder, routes, schedules, emits, queues, secrets, installs } = context;
  const takes = consumedBy(context).map((queue) => {
    const { batch, windowSeconds, atOnce } = { windowSeconds: 0, ...EVENTS, ...queues[queue] };
    return { queue, batch, windowSeconds, atOnce };
  });
  const sends = [...context.fills, ...emits.flatMap(subscribers)];
  return {
    name,
    folder,
    paths: Object.keys(routes),
    secrets,
    installs: Object.entries(installs).map(([npm, version]) => ({ npm, version })),
    settings: await given([context]),
    sends: distinct(sends),
    takes,
    schedules: schedules.map(({ name: schedule, everySeconds }) => ({
      name: schedule,
      everySeconds,
    })),
  };
}

function distinct(names: readonly string[]) {
  return [...new Set(names)];
}

/** Those that an operator may give to a stage. */
async function given(contexts: readonly AnyContext[]) {
  const all = await shownSettings(contexts);
  return all.filter(({ onAws }) => onAws === undefined).map(({ name }) => name);
}

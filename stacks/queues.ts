import manifest from "../packages/api/contexts.json";
import { pascal } from "./contexts";
import { keep, prefix } from "./stage";

const FORTNIGHT_SECONDS = 14 * 86_400;
const RECEIVES = 5;

function queue(called: string, visibilitySeconds: number) {
  const [component, name] = [pascal(called), `${prefix}${called}`];
  const kept = { name: `${name}-dlq`, messageRetentionSeconds: FORTNIGHT_SECONDS };
  const dead = new sst.aws.Queue(`${component}Dlq`, { transform: { queue: kept } }, keep);
  const live = new sst.aws.Queue(
    component,
    {
      visibilityTimeout: `${visibilitySeconds} seconds`,
      dlq: { queue: dead.arn, retry: RECEIVES },
      transform: { queue: { name } },
    },
    keep,
  );
  // Only this queue may fill it, and only from it can it be redriven.
  new aws.sqs.RedriveAllowPolicy(`${component}DlqRedrive`, {
    queueUrl: dead.url,
    redriveAllowPolicy: $jsonStringify({
      redrivePermission: "byQueue",
      sourceQueueArns: [live.arn],
    }),
  });
  return { live, dead };
}

/** By their names in the code; a message that fails five times lies in `<name>-dlq` for a fortnight. */
const all = new Map(
  manifest.queues.map(({ name, visibilitySeconds }) => [name, queue(name, visibilitySeconds)]),
);

export const queues = [...all].map(([name, pair]) => ({ name, ...pair }));

export function queueOf(name: string) {
  const found = all.get(name);
  if (!found) throw new Error(`There is no queue ${name}.`);
  return found;
}

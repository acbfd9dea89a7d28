import { keep, prefix } from "./stage";

const FORTNIGHT_SECONDS = 14 * 86_400;
const RECEIVES = 5;

/** Six times the time limit of a function that consumes: AWS' own advice for event sources. */
export const CONSUMER_SECONDS = 30;
const VISIBILITY = `${6 * CONSUMER_SECONDS} seconds` as const;

function queue(component: string, visibilityTimeout: "5 seconds" | typeof VISIBILITY) {
  const name = `${prefix}${component.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}`;
  const kept = { name: `${name}-dlq`, messageRetentionSeconds: FORTNIGHT_SECONDS };
  const dead = new sst.aws.Queue(`${component}Dlq`, { transform: { queue: kept } }, keep);
  const live = new sst.aws.Queue(
    component,
    {
      visibilityTimeout,
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
export const queues = {
  /** The worker's own: what it did not confirm within 5 s is tried again. */
  "check-requests": queue("CheckRequests", "5 seconds"),
  "agent-results": queue("AgentResults", VISIBILITY),
  "agent-heartbeats": queue("AgentHeartbeats", VISIBILITY),
  events: queue("Events", VISIBILITY),
};

export type QueueName = keyof typeof queues;

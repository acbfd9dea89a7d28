import type * as z from "zod";

import type { Policy } from "./graph.ts";

type Statement = z.output<typeof Policy>["Statement"][number];

/** The actions that the platform uses, as AWS names them: a grant of any other is a slip of the pen. */
export const ACTIONS = [
  "secretsmanager:DescribeSecret",
  "secretsmanager:GetSecretValue",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
  "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:GetQueueUrl",
  "sqs:ReceiveMessage",
  "sqs:SendMessage",
  "lambda:InvokeFunction",
] as const;

export type Action = (typeof ACTIONS)[number];

/**
 * Whether identity policies allow an action on a resource: some statement allows it and none denies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isAllowed(statements: readonly Statement[], action: string, resource: string) {
  const covering = statements.filter(
    (one) =>
      one.Action.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      (one.Resource ?? []).some((pattern) => matches(pattern, resource)),
  );
  if (covering.some(({ Effect }) => Effect === "Deny")) return false;
  // A condition might not hold: such a grant is not counted on.
  return covering.some(({ Effect, Condition }) => Effect === "Allow" && Condition === undefined);
}

function matches(pattern: string, text: string) {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${source.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}

import type { Operation } from "@netcheck/kernel/contract";

import { examplesOf, type Golden } from "./golden.ts";
import { headerRefs, type openSchemas } from "./schema.ts";

type Answer = Operation["answers"][number];

const UNCHANGED = {
  304: {
    description: "Nothing has changed since the `ETag` that was sent.",
    headers: headerRefs(["x-request-id", "etag"]),
  },
};

/** What an operation answers when it is not refused by a problem. */
export function answersOf(
  schemas: ReturnType<typeof openSchemas>,
  { answers }: Operation,
  goldens: readonly Golden[],
) {
  const described = Object.entries(answers).map(([status, answer]) => {
    const mine = goldens.filter((golden) => golden.status === Number(status));
    const { means: description, body, contentType } = answer;
    const media = {
      schema: body ? schemas.of(body) : {},
      ...examplesOf(mine, ({ response }) => response),
    };
    const isEmpty = !body && contentType === undefined;
    const content = isEmpty ? {} : { content: { [contentType ?? "application/json"]: media } };
    return [status, { description, headers: headersOf(status, answer), ...content }] as const;
  });
  const isTagged = Object.values(answers).some(({ headers }) => headers?.includes("etag"));
  return { ...Object.fromEntries(described), ...(isTagged && UNCHANGED) };
}

function headersOf(status: string, { headers = [] }: Answer) {
  const isLater = status === "429" || status === "503";
  const limits = status === "429" ? ["ratelimit", "ratelimit-policy"] : [];
  return headerRefs(["x-request-id", ...headers, ...(isLater ? ["retry-after"] : []), ...limits]);
}

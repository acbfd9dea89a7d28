import { expect, it } from "vitest";
import * as z from "zod";

import { memberModule } from "./member-module.ts";

it("[KRN-33] members are typed by their code, as far as the contract knows", () => {
  const Place = z.object({
    id: z.uuid(),
    score: z.number().nullable(),
    note: z.string().optional(),
  });
  const text = memberModule({
    "things.plain": ["invalid", "Says nothing besides."],
    "things.choice": [
      "conflict",
      "Says between which.",
      {
        places: z.array(Place),
        kind: z.enum(["near", "far"]),
        count: z.int(),
        sure: z.boolean(),
        more: z.record(z.string(), z.unknown()),
      },
    ],
  });
  expect(text.slice(text.indexOf("export"))).toBe(`export type MembersByCode = {
  "things.choice": {
    places?: readonly ({ id: string; score: number | null; note?: string })[];
    kind?: "near" | "far";
    count?: number;
    sure?: boolean;
    more?: unknown;
  };
};
`);
});

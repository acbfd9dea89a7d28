import * as z from "zod";

const TestResult = z.strictObject({
  title: z.string(),
  state: z.enum(["passed", "failed", "skipped"]),
  seconds: z.number(),
});

/** What a file of tests came to; its seconds include its imports and hooks. */
export const FileResult = z.strictObject({
  suite: z.string(),
  file: z.string(),
  seconds: z.number(),
  tests: z.array(TestResult),
});
export type FileResult = z.infer<typeof FileResult>;

/** Names the file that a run of vitest is to report into. */
export const REPORT = "NETCHECK_TEST_REPORT";

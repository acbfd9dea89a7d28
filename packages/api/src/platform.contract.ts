import type { Contract } from "@netcheck/kernel/contract";
import type { CommonCode } from "@netcheck/kernel/problem.contract";
import * as z from "zod";

import type { descriptionRoutes, docsRoutes } from "./docs.routes.ts";
import type { platformRoutes } from "./platform.routes.ts";

const Health = z.object({
  status: z.literal("ok"),
  serverTime: z.iso.datetime().describe("The platform's clock, by which agents correct theirs."),
});

export const platformContract = {
  "GET /health": {
    id: "getHealth",
    summary: "Whether the process lives",
    answers: { 200: { means: "It does.", body: Health } },
  },
  "GET /ready": {
    id: "getReadiness",
    summary: "Whether what a request needs answers",
    answers: { 200: { means: "It does.", body: z.object({ status: z.literal("ready") }) } },
  },
  "GET /metrics": {
    id: "getMetrics",
    summary: "What can be watched, for Prometheus",
    answers: {
      200: { means: "See docs/metrics.md.", contentType: "text/plain", headers: ["cache-control"] },
    },
  },
} as const satisfies Contract<typeof platformRoutes, CommonCode>;

export const descriptionContract = {
  "GET /": {
    id: "getDescription",
    summary: "This description",
    answers: {
      200: {
        means: "An OpenAPI 3.1 document.",
        contentType: "application/json",
        headers: ["etag", "cache-control"],
      },
    },
  },
} as const satisfies Contract<typeof descriptionRoutes, CommonCode>;

export const docsContract = {
  "GET /": {
    id: "getDocs",
    summary: "This description, to read and to try",
    answers: { 200: { means: "A page.", contentType: "text/html", headers: ["cache-control"] } },
  },
  "GET /scalar.js": {
    id: "getDocsProgram",
    summary: "The program of that page",
    answers: {
      200: { means: "Gzipped.", contentType: "text/javascript", headers: ["cache-control"] },
    },
  },
} as const satisfies Contract<typeof docsRoutes, CommonCode>;

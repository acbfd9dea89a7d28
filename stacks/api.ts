import { access, DATA, ownSecrets } from "./access";
import { bundled } from "./bundle";
import { type Context, context, contexts, pascal } from "./contexts";
import { logRetention, prefix, settings } from "./stage";

/** The app answers CORS itself, for it knows whom cookies are for. */
export const api = new sst.aws.ApiGatewayV2("Api", {
  cors: false,
  accessLog: { retention: logRetention },
  ...(settings.domain && { domain: settings.domain }),
  transform: {
    stage: { defaultRouteSettings: { throttlingBurstLimit: 1_000, throttlingRateLimit: 500 } },
  },
});

/** What the page of the documentation is made of: the function that shows it has it. */
const docs = [
  ...contexts.map(({ name, folder }) => ({
    from: `packages/${folder}/openapi.json`,
    to: `openapi-${name}.json`,
  })),
  { from: "node_modules/@scalar/fastify-api-reference/dist/index.js", to: "docs-page.txt" },
];

/** What HTTP may ask of a context, in a function of its own. API Gateway waits 30 s at most. */
function answering(of: Context) {
  // Who asks is identity's to say, whoever's function it is.
  const { environment, permissions } = access({
    of: [...new Set([of, context("identity")])],
    reads: [...DATA, "TOKEN_KEYS", ...ownSecrets([of])],
    sends: of.sends,
  });
  return new sst.aws.Function(`Http${pascal(of.name)}`, {
    name: `${prefix}http-${of.name}`,
    handler: "packages/api/src/lambda.handler",
    hook: bundled("packages/api/src/lambda.ts", [of]),
    memory: "1024 MB",
    timeout: "25 seconds",
    permissions,
    environment: { ...environment, CONTEXTS: of.name, PUBLIC_URL: api.url },
    ...(of.installs.length > 0 && {
      nodejs: {
        install: Object.fromEntries(of.installs.map(({ npm, version }) => [npm, version])),
      },
    }),
    ...(of.paths.includes("/docs") && { copyFiles: docs }),
  });
}

export const http = contexts.map((of) => ({ name: `http-${of.name}`, fn: answering(of), of }));

/** API Gateway takes the whole path before one that begins so, and what is left is the platform's. */
function routesOf({ paths }: Context) {
  if (paths.includes("/")) return ["$default"];
  return paths.flatMap((path) => [`ANY ${path}`, `ANY ${path}/{proxy+}`]);
}

for (const { fn, of } of http) for (const route of routesOf(of)) api.route(route, fn.arn);

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";

import * as z from "zod";

import { type Build, buildFunction, BuildInput } from "./build-function.ts";
import { ACCOUNT, REGION } from "./mocks.ts";

const Call = z.object({ method: z.string(), params: z.array(z.unknown()) });

/** What SST's CLI answers its program while a stage is evaluated; the address goes into `SST_SERVER`. */
export async function startCli(root: string, artifacts: string, onError: (error: unknown) => void) {
  const builds: Build[] = [];
  const methods: Record<string, (input: unknown) => Promise<unknown>> = {
    "Provider.Aws.Bootstrap": async () => ({
      asset: "sst-asset",
      assetEcrRegistryId: ACCOUNT,
      assetEcrUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/sst-asset`,
      state: "sst-state",
      version: 99,
    }),
    "Runtime.Build": async (input) => {
      const build = await buildFunction(root, artifacts, BuildInput.parse(input));
      builds.push(build);
      return { handler: build.handler, out: build.folder, errors: [], sourcemaps: [] };
    },
  };

  async function answer(request: IncomingMessage) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const { method, params } = Call.parse(JSON.parse(Buffer.concat(chunks).toString()));
    const run = methods[method];
    if (!run) return { error: `The CLI has no method ${method} here.` };
    try {
      return { result: await run(params[0]) };
    } catch (error) {
      onError(error);
      return { error: String(error) };
    }
  }

  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    answer(request).then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, builds, close: () => server.close() };
}

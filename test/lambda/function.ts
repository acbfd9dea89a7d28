import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";

type Options = {
  name: string;
  /** The unpacked bundle, and the handler in it. */
  folder: string;
  handler: string;
  env: Record<string, string>;
  timeoutMs: number;
};

type Invocation = PromiseWithResolvers<unknown> & {
  id: string;
  event: unknown;
  deadlineAt: number;
};

const RUNTIME = join(import.meta.dirname, "../../.sst/platform/dist/nodejs-runtime/index.js");

/**
 * One execution environment of Lambda: the bundle in a process of its own under SST's runtime loop,
 * with the Runtime API before it, one invocation at a time, and an end at the time limit.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startFunction(options: Options) {
  const { name, folder, handler, env, timeoutMs } = options;
  const waiting: Invocation[] = [];
  let next: ServerResponse | undefined;
  let current: Invocation | undefined;
  let child: ChildProcess | undefined;
  let timeouts = 0;
  let isStopped = false;
  const lines: string[] = [];

  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace("/2018-06-01/runtime", "");
    if (path === "/invocation/next") {
      next = response;
      hand();
      return;
    }
    void bodyOf(request).then((body) => {
      response.writeHead(202).end("{}");
      if (path === "/init/error") fail(new Error(`init: ${body}`));
      const [, id, kind] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
      if (id === undefined || current?.id !== id) return;
      const done = current;
      current = undefined;
      if (kind === "response") done.resolve(body ? JSON.parse(body) : undefined);
      else done.reject(new Error(`function: ${body}`));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;

  function boot() {
    child = spawn(process.execPath, [RUNTIME, join(folder, handler), "1"], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        ...env,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
        LAMBDA_TASK_ROOT: folder,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.on("error", fail);
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  }

  function hand() {
    if (!child) boot();
    const first = waiting[0];
    if (!next || !first || current) return;
    waiting.shift();
    current = first;
    first.deadlineAt = Date.now() + timeoutMs;
    next.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": first.id,
      "lambda-runtime-deadline-ms": String(first.deadlineAt),
      "lambda-runtime-invoked-function-arn": `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
    });
    next.end(JSON.stringify(first.event));
    next = undefined;
  }

  function fail(error: Error) {
    current?.reject(error);
    current = undefined;
  }

  /** As the service does at the limit: the environment is gone, and the next event gets a new one. */
  function expire(invocation: Invocation) {
    if (current !== invocation) return;
    timeouts += 1;
    end();
    fail(new Error(`Task timed out after ${timeoutMs} ms`));
    hand();
  }

  function end() {
    child?.kill("SIGKILL");
    child = undefined;
    next = undefined;
  }

  return {
    async invoke(event: unknown): Promise<unknown> {
      const invocation = {
        ...Promise.withResolvers<unknown>(),
        id: randomUUID(),
        event,
        deadlineAt: 0,
      };
      if (isStopped) throw new Error(`${name} was stopped`);
      waiting.push(invocation);
      hand();
      // The first second and a half is the start, which Lambda does not count.
      const limit = setTimeout(() => expire(invocation), timeoutMs + 1_500);
      try {
        return await invocation.promise;
      } finally {
        clearTimeout(limit);
        hand();
      }
    },
    timeouts: () => timeouts,
    logs: () => lines.join(""),
    async [Symbol.asyncDispose]() {
      end();
      const stopped = new Error(`${name} was stopped`);
      fail(stopped);
      for (const { reject } of waiting.splice(0)) reject(stopped);
      isStopped = true;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export type RunningFunction = Awaited<ReturnType<typeof startFunction>>;

export async function bodyOf(request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
}

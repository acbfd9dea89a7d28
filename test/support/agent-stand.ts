import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CheckResponse, Heartbeat, RequestHead } from "@netcheck/wire/message";
import type { AgentSession } from "@netcheck/wire/registration";

import { freshVhost, newAccount } from "./vhost.ts";
import { end } from "./way.ts";

/** What is asked of the agent; the rest of the message is filled in. */
export type Asked = {
  type: string;
  target: string;
  port?: number;
  options?: Record<string, unknown>;
};

const Identified = RequestHead.pick({ id: true });

/** One agent program on a real broker, with nothing of the platform but its session. */
export async function openAgentStand(
  [program = "", ...flags]: readonly string[],
  args: readonly string[] = [],
  heartbeatIntervalSeconds = 30,
) {
  await using stack = new AsyncDisposableStack();
  const vhost = stack.use(await freshVhost());
  const account = newAccount();
  await vhost.admin.ensureAccount(account);
  const folder = await mkdtemp(join(tmpdir(), "netcheck-stand-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const broker = new URL(vhost.platformUrl);
  const session: AgentSession = {
    agentId: account.agentId,
    agentSecret: "s",
    serverTime: "",
    heartbeatIntervalSeconds,
    broker: {
      host: broker.hostname,
      port: Number(broker.port),
      tls: false,
      vhost: vhost.vhost,
      username: account.username,
      password: account.password,
      requestQueue: account.queue,
      responseExchange: vhost.responseExchange,
    },
  };
  const platform = createServer((_request, response) => {
    const serverTime = new Date().toISOString();
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ...session, serverTime }));
  }).listen(0, "127.0.0.1");
  await once(platform, "listening");
  stack.defer(() => void platform.close());
  const { port } = platform.address() as AddressInfo;

  const connection = await vhost.connect();
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue("", { exclusive: true });
  await channel.bindQueue(queue, vhost.responseExchange, "heartbeat.#");
  await channel.bindQueue(queue, vhost.responseExchange, "result.#");
  const waiting = new Map<string, PromiseWithResolvers<CheckResponse>>();
  const answered = new Set<string>();
  let repeats = 0;
  const beats: Heartbeat[] = [];
  const onMessage = (content: Buffer, key: string) => {
    if (key.startsWith("heartbeat.")) {
      beats.push(Heartbeat.parse(JSON.parse(content.toString())));
      return;
    }
    const said: unknown = JSON.parse(content.toString());
    const { id } = Identified.parse(said);
    if (answered.has(id)) repeats += 1;
    answered.add(id);
    const answer = CheckResponse.safeParse(said);
    if (answer.success) waiting.get(id)?.resolve(answer.data);
    else waiting.get(id)?.reject(answer.error);
    waiting.delete(id);
  };
  await channel.consume(
    queue,
    (message) => message && onMessage(message.content, message.fields.routingKey),
    { noAck: true },
  );

  const url = `http://127.0.0.1:${port}`;
  const state = join(folder, "agent.json");
  const own = ["--url", url, "--token", "t", "--state", state, "--allow", "127.0.0.0/8"];
  let child: ChildProcess | undefined;
  stack.defer(() => child && end(child, "SIGKILL"));

  /** Starts the program, again where it has ended; resolves when it takes requests. */
  async function start() {
    child = spawn(program, [...flags, ...own, ...args], {
      env: { LOG_LEVEL: "ERROR" },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const ended = once(child, "exit").then(([code, by]: unknown[]) => code ?? by);
    await Promise.race([
      once(child, "message", { signal: AbortSignal.timeout(20_000) }),
      ended.then((how) => Promise.reject(new Error(`ended with ${String(how)} too early`))),
    ]);
    return { pid: child.pid ?? 0, ended };
  }

  const { pid, ended } = await start();

  /** Puts something into the agent's queue that may be no request. */
  function send(body: string) {
    channel.publish(vhost.requestExchange, `agent.${account.agentId}`, Buffer.from(body));
  }

  /** Puts one request into the agent's queue; resolves with its answer. */
  function ask({ type, target, port: at, options = {} }: Asked, lifeMs = 60_000) {
    const id = crypto.randomUUID();
    const deadlineAt = new Date(Date.now() + lifeMs).toISOString();
    const message = { v: 1, id, type, target, port: at, options, deadlineAt };
    const asking = Promise.withResolvers<CheckResponse>();
    waiting.set(id, asking);
    send(JSON.stringify(message));
    return asking.promise;
  }

  const owned = stack.move();
  return {
    pid,
    /** Its exit code, or the signal that ended it. */
    ended,
    start,
    /** What it has said of itself so far. */
    beats: () => beats,
    ask,
    send,
    /** How many answers came to what was answered before. */
    repeats: () => repeats,
    /** How many requests wait at the broker, not counting those the agent holds. */
    ready: async () => (await channel.checkQueue(account.queue)).messageCount,
    published: () => channel.waitForConfirms(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Resident memory of a process in MiB, and its peak. */
export function memoryMiB(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}

/** CPU time of a process and all its threads, in ms (proc(5): ticks of 10 ms). */
export function cpuMs(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

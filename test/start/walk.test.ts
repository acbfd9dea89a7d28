import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { App } from "@netcheck/api/app";
import { hc } from "hono/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";

const Ready = z.object({
  url: z.url(),
  email: z.email(),
  password: z.string(),
  pids: z.object({
    api: z.int(),
    worker: z.int(),
    agents: z.array(z.int()).length(3),
    postgres: z.int(),
    redis: z.int(),
    rabbitmq: z.int(),
    sqs: z.int(),
  }),
});

/** What a stranger does with the two commands of the README, and nothing of ours but HTTP. */
describe("the README's walk", () => {
  const folder = mkdtempSync(join(tmpdir(), "netcheck-walk-"));
  chmodSync(folder, 0o755);
  const children: ChildProcess[] = [];
  const servers: Server[] = [];
  const ports = { http: 0, https: 0 };
  let ready: z.output<typeof Ready>;
  let token = "";
  let fourth = { id: "", enrollmentToken: "" };
  let fourthAgent: ChildProcess;

  function npm(args: string[]) {
    const child = spawn("npm", args, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    return child;
  }

  const api = () => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    return hc<App>(ready.url, { headers }).api.v1;
  };
  const readFourth = async () =>
    await (await api().agents[":id"].$get({ param: { id: fourth.id } })).json();

  type Body = Parameters<ReturnType<typeof api>["checks"]["$post"]>[0]["json"];

  async function check(json: Body) {
    const posted = await api().checks.$post({ json });
    expect(posted.status).toBe(202);
    const { id } = await posted.json();
    for (;;) {
      const now = await (await api().checks[":id"].$get({ param: { id } })).json();
      if (now.status === "finished") return now;
      await pause(20);
    }
  }

  beforeAll(async () => {
    const flags = ["--json", "--home", join(folder, "home"), "--port", "0", "--agents", "3"];
    const start = npm(["start", "--", ...flags]);
    let printed = "";
    start.stdout?.on("data", (chunk) => {
      printed += String(chunk);
    });
    while (!printed.includes("\n")) {
      if (start.exitCode !== null) throw new Error(`npm start ended with ${start.exitCode}`);
      await pause(50);
    }
    ready = Ready.parse(JSON.parse(printed));

    const handle: RequestListener = (request, response) => {
      if (request.url === "/moved") response.writeHead(302, { location: "/" });
      response.end("hello");
    };
    const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const files = ["-keyout", keyFile, "-out", certFile];
    const made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=self-signed.test"];
    execFileSync("openssl", ["req", "-x509", ...made, ...files], { stdio: "ignore" });
    const [key, cert] = [readFileSync(keyFile), readFileSync(certFile)];
    servers.push(createHttp(handle), createHttps({ key, cert }, handle));
    for (const server of servers) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    }
    [ports.http = 0, ports.https = 0] = servers.map((one) => (one.address() as AddressInfo).port);
  });

  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    for (const child of children.filter(({ exitCode }) => exitCode === null)) {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it("signs in with the printed account", async () => {
    const { email, password } = ready;
    const response = await api().auth.login.$post({ json: { email, password } });
    expect(response.status).toBe(200);
    token = (await response.json()).accessToken;
  });

  it("creates a fourth agent, starts it and sees it active", async () => {
    const created = await api().agents.$post({ json: { name: "fourth" } });
    expect(created.status).toBe(201);
    fourth = await created.json();
    const state = join(folder, "fourth.json");
    const own = ["--url", ready.url, "--token", fourth.enrollmentToken, "--state", state];
    fourthAgent = npm(["run", "agent", "--", ...own]);
    await expect
      .poll(readFourth, { timeout: 20_000 })
      .toMatchObject({ status: "active", capabilities: expect.arrayContaining(["http", "tcp"]) });
  });

  it("reads four answers of four about an HTTP server", async () => {
    const seen = await check({ type: "http", target: `http://127.0.0.1:${ports.http}/` });
    expect(seen).toMatchObject({ expected: 4, answered: 4, missing: [] });
    for (const { status, result } of seen.results) {
      expect(status).toBe("finished");
      expect(result).toMatchObject({ statusCode: 200, body: "hello", tls: null, redirects: [] });
    }
  });

  it("is told that a certificate is self-signed, and what the server said all the same", async () => {
    const seen = await check({ type: "http", target: `https://localhost:${ports.https}/` });
    expect(seen.summary).toMatchObject({ finished: 4, failed: 0, missing: 0 });
    expect(seen.results[0]?.result).toMatchObject({
      statusCode: 200,
      tls: {
        authorized: false,
        error: "self_signed",
        subject: { CN: "self-signed.test" },
      },
    });
  });

  it("sees where a redirect went", async () => {
    const url = `http://127.0.0.1:${ports.http}`;
    const seen = await check({ type: "http", target: `${url}/moved` });
    expect(seen.results[0]?.result).toMatchObject({
      statusCode: 200,
      redirects: [{ url: `${url}/moved`, statusCode: 302 }],
      finalUrl: `${url}/`,
    });
  });

  it("tells an open port from a closed one, and both from a missing name", async () => {
    const open = await check({ type: "tcp", target: "127.0.0.1", port: ports.http });
    expect(open.summary).toMatchObject({ finished: 4, failed: 0, missing: 0 });
    const closed = await check({ type: "tcp", target: "127.0.0.1", port: 1 });
    expect(closed.results.map(({ error }) => error?.code)).toEqual(Array(4).fill("refused"));
    const missing = await check({ type: "http", target: "http://no-such-name.invalid/" });
    expect(missing.results[0]).toMatchObject({ status: "failed", failedPhase: "dns" });
  });

  it("revokes the fourth, which is gone within a second and asked no more", async () => {
    const gone = once(fourthAgent, "exit");
    const revoked = await api().agents[":id"].revoke.$post({ param: { id: fourth.id } });
    expect(revoked.status).toBe(200);
    const answeredAt = performance.now();
    await gone;
    expect(performance.now() - answeredAt).toBeLessThan(1_500);
    const after = await check({ type: "tcp", target: "127.0.0.1", port: ports.http });
    expect(after).toMatchObject({ expected: 3, answered: 3 });
  });
});

// Loaded before the agent: names are asked of the soak's own resolver and nobody else, and the calls of
// this process fail as the seed has it.
import childProcess from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import dnsPromises from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import tls from "node:tls";

import { type Fate, fateOf } from "./fate.ts";
import { numberAt, readName } from "./place.ts";

const { searchParams } = new URL(import.meta.url);
const seed = Number(searchParams.get("seed"));
const resolver = searchParams.get("resolver") ?? "";

const LATE_MS = 5;
/** More than are asked at a time. */
const MOST_PLACES = 1_000;

const calls = new Map<string, number>();

/** What becomes of this call; `call` counts for itself. */
function fateAt(call: string, number: number | undefined): Fate | undefined {
  const fate = number === undefined ? undefined : fateOf(seed, number);
  if (!fate) return undefined;
  const key = `${call} ${number}`;
  const before = calls.get(key) ?? 0;
  calls.set(key, before + 1);
  const [oldest] = calls.keys();
  if (calls.size > MOST_PLACES && oldest !== undefined) calls.delete(oldest);
  return before < fate.after ? undefined : fate;
}

function errorOf({ code }: Fate, syscall: string) {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

/** Has the call fail, as this system would: by a throw, or by telling in its own time. */
function fail(fate: Fate, syscall: string, tell: (error: Error) => void) {
  const error = errorOf(fate, syscall);
  if (fate.how === "throws") throw error;
  if (fate.how === "fails at once") process.nextTick(tell, error);
  else setTimeout(tell, LATE_MS, error);
}

const { connect } = Socket.prototype;
Socket.prototype.connect = function (this: Socket, ...given: unknown[]) {
  const [to] = [given[0]].flat();
  const host = typeof to === "object" && to && "host" in to ? String(to.host) : "";
  const fate = fateAt("connect", numberAt(host));
  if (!fate) return Reflect.apply(connect, this, given);
  fail(fate, "connect", (error) => void this.destroy(error));
  return this;
};

const udp = dgram.Socket.prototype;
const { connect: connectUdp, send } = udp;
const peers = new WeakMap<dgram.Socket, string>();
const tellUdp = (socket: dgram.Socket, given: unknown[]) => (error: Error) => {
  const callback = given.at(-1);
  if (typeof callback === "function") callback(error);
  else socket.emit("error", error);
};
udp.connect = function (this: dgram.Socket, ...given: unknown[]) {
  const address = String(given[1]);
  peers.set(this, address);
  const fate = fateAt("connect", numberAt(address));
  if (fate) fail(fate, "connect", tellUdp(this, given));
  else Reflect.apply(connectUdp, this, given);
};
udp.send = function (this: dgram.Socket, ...given: unknown[]) {
  const fate = fateAt("send", numberAt(peers.get(this) ?? ""));
  if (fate) fail(fate, "send", tellUdp(this, given));
  else Reflect.apply(send, this, given);
};

const { connect: connectTls } = tls;
tls.connect = (...given: unknown[]): tls.TLSSocket => {
  const [options] = given;
  const below = typeof options === "object" && options && "socket" in options && options.socket;
  const address = below instanceof Socket ? (below.remoteAddress ?? "") : "";
  const fate = fateAt("tls", numberAt(address));
  const secure = () => Reflect.apply(connectTls, tls, given);
  if (!fate) return secure();
  if (fate.how === "throws") throw errorOf(fate, "write");
  const socket = secure();
  fail(fate, "write", (error) => void socket.destroy(error));
  return socket;
};

const { execFile } = childProcess;
const failingExecFile = (...given: unknown[]) => {
  const argv = Array.isArray(given[1]) ? given[1] : [];
  const fate = fateAt("spawn", numberAt(String(argv.at(-1))));
  if (fate?.how === "throws") throw errorOf(fate, "spawn");
  // The system's word where it has no such program, which no code of ours can stand for.
  const command = fate ? "/nowhere/ping" : given[0];
  return Reflect.apply(execFile, childProcess, [command, ...given.slice(1)]);
};
Object.assign(childProcess, { execFile: failingExecFile });

const { Resolver } = dnsPromises;
const asking = new WeakSet<object>();
for (const call of ["resolve4", "resolve6"] as const) {
  const ask = Resolver.prototype[call];
  Object.assign(Resolver.prototype, {
    async [call](this: InstanceType<typeof Resolver>, ...given: unknown[]) {
      if (!asking.has(this)) this.setServers([resolver]);
      asking.add(this);
      const fate = fateAt(call, readName(String(given[0]))?.number);
      if (fate) throw errorOf(fate, call);
      return await Reflect.apply(ask, this, given);
    },
  });
}
Object.assign(dnsPromises, {
  lookup: (name: string) =>
    Promise.reject(
      Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }),
    ),
});
Object.assign(dns, { getServers: () => [resolver] });

syncBuiltinESMExports();

import { createSocket } from "node:dgram";
import { Socket } from "node:net";

import type { Network } from "@netcheck/agent/network";
import type { ToolEnd, ToolOutput } from "@netcheck/agent/ping-tool";

/** How one call of a network goes wrong, or well. */
export const FATES = [
  "well",
  "throws",
  "fails at once",
  "fails late",
  "fails twice",
  "is silent",
  "answers twice",
  "answers and fails",
  "is closed",
] as const;
export type Fate = (typeof FATES)[number];

/** The next whole number below `below`. */
export type Dice = (below: number) => number;

/** Numbers that a seed decides (mulberry32). */
export function dice(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const CODES = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "EACCES",
  "EPERM",
  "EADDRNOTAVAIL",
  "EINVAL",
  "EMFILE",
  "ENOBUFS",
  "ESERVFAIL",
  "ENOTFOUND",
  "E_NOBODY_KNOWS",
] as const;

const SAID = [
  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
  "HTTP/1.1 302 Found\r\nLocation: http://there.test/\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
  "220 mail.test ESMTP\r\n",
  "\u0016\u0003\u0001\u0002",
  "\0\u0002ab",
  "",
];

const TOOL_ENDS: readonly ToolEnd[] = [
  { exitCode: 0 },
  { exitCode: 1 },
  { exitCode: 2 },
  { killed: "SIGKILL" },
  { unstarted: "ENOENT" },
  { unstarted: "EMFILE" },
  "overdue",
  "flooded",
];

/** A network of which every call does something else, as the dice fall. */
export function oddNetwork(roll: Dice): Network {
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T | undefined =>
    from[roll(from.length)];
  const fate = (): Fate => pick(FATES) ?? "well";
  const error = () => Object.assign(new Error("as the dice fell"), { code: pick(CODES) });
  const late = (act: () => void) => setTimeout(act, roll(80));

  /** Calls back as this fate would have it: with an error, without one, both, twice or not at all. */
  const happen = (told: Fate, well: () => void, badly: (error: Error) => void) => {
    switch (told) {
      case "throws":
        throw error();
      case "well":
        return late(well);
      case "fails at once":
        return process.nextTick(badly, error());
      case "fails late":
        return late(() => badly(error()));
      case "fails twice":
        process.nextTick(badly, error());
        return late(() => badly(error()));
      case "answers twice":
        late(well);
        return late(well);
      case "answers and fails":
        process.nextTick(well);
        return late(() => badly(error()));
      case "is silent":
      case "is closed":
        return undefined;
    }
  };

  const promised = <T>(well: () => T) => {
    const told = fate();
    if (told === "throws") throw error();
    return new Promise<T>((resolve, reject) => {
      happen(told, () => resolve(well()), reject);
    });
  };

  class OddSocket extends Socket {
    override _read() {}
    override _write(_chunk: unknown, _encoding: string, done: (error?: Error) => void) {
      done();
      const say = () => this.destroyed || this.push(pick(SAID));
      // No stream of Node's throws out of its own writing.
      const told = fate();
      if (told !== "throws") happen(told, say, (failed) => this.destroy(failed));
      if (roll(4) === 0) late(() => this.destroyed || this.push(null));
    }
    override _final(done: () => void) {
      done();
    }
  }

  return {
    resolve: (_host, _signal, ipVersion) => {
      const address = ipVersion === 6 ? "::1" : "127.0.0.1";
      const addresses = roll(5) === 0 ? [] : [address, address];
      return promised(() => ({ addresses }));
    },
    resolvers: () => {
      if (roll(8) === 0) throw error();
      return pick([[], ["127.0.0.1"], ["127.0.0.1:54", "[::1]:53"], ["nonsense"]]) ?? [];
    },
    connect: () => {
      const told = fate();
      const socket = new OddSocket();
      const value = pick(["127.0.0.1", "10.0.0.1", undefined]);
      Object.defineProperty(socket, "remoteAddress", { value });
      if (told === "is closed") late(() => socket.destroy());
      happen(
        told,
        () => socket.emit("connect"),
        (failed) => socket.destroy(failed),
      );
      return socket;
    },
    openUdp: () => {
      const opened = fate();
      if (opened === "throws") throw error();
      const socket = createSocket("udp4");
      const tell = (told: unknown[]) => {
        const callback = told.at(-1);
        return (failed: Error | null) => {
          if (typeof callback === "function") callback(failed);
          else if (failed) socket.emit("error", failed);
        };
      };
      let connected = false;
      socket.connect = (...told: unknown[]) => {
        const well = () => {
          connected = true;
          socket.emit("connect");
          if (typeof told.at(-1) === "function") tell(told)(null);
        };
        happen(fate(), well, tell(told));
      };
      socket.send = (...told: unknown[]) => {
        // As Node's own would, out of whatever calls it.
        if (!connected) throw Object.assign(new Error("Not connected"), { code: "ERR_SOCKET" });
        const answer = () => socket.emit("message", Buffer.from(pick(SAID) ?? ""), {});
        happen(fate(), () => tell(told)(null), tell(told));
        if (roll(2) === 0) late(answer);
      };
      if (opened === "fails at once") process.nextTick(() => socket.emit("error", error()));
      if (opened === "fails late")
        late(() => socket.listenerCount("error") && socket.emit("error", error()));
      return socket;
    },
    ping: () =>
      promised<ToolOutput>(() => ({
        stdout: pick(SAID) ?? "",
        stderr: "",
        end: pick(TOOL_ENDS) ?? { exitCode: 0 },
      })),
  };
}

import { randomBytes } from "node:crypto";

import { management, managementLogin } from "@netcheck/adapters/rabbit-management";

import type { Rotation } from "./rotation.ts";

const LIMITS = { callMs: 5_000, totalMs: 20_000 };

/** Two administrators take turns, so that the one in use is never the one that changes. */
export const rotatedBrokerAdmin: Rotation = {
  async next(current) {
    const url = new URL(current);
    url.username = encodeURIComponent(other(decodeURIComponent(url.username)));
    url.password = randomBytes(24).toString("base64url");
    return url.href;
  },
  async set(next, current) {
    const { username, password } = new URL(next);
    const user = { password, tags: "administrator" };
    await open(current).call("PUT", ["users", decodeURIComponent(username)], user);
  },
  async test(next) {
    await open(next).call("GET", ["whoami"]);
  },
};

function open(url: string) {
  return management(managementLogin(url), LIMITS);
}

function other(username: string) {
  const [, name, turn] = /^(.*?)(-[ab])?$/.exec(username) ?? [];
  return `${name}${turn === "-b" ? "-a" : "-b"}`;
}

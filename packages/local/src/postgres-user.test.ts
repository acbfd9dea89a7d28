import { expect, test } from "vitest";

import { mayPass, waysTo } from "./postgres-user.ts";

const user = { name: "postgres", uid: 101, gid: 104 };
const roots = { uid: 0, gid: 0 };

test("a folder of root's with 0700 stops the user, one with 0755 or 0711 does not", () => {
  expect(mayPass({ ...roots, mode: 0o40700 }, user)).toBe(false);
  expect(mayPass({ ...roots, mode: 0o40755 }, user)).toBe(true);
  expect(mayPass({ ...roots, mode: 0o40711 }, user)).toBe(true);
});

test("a home of root's that lets the group of Postgres through lets it through", () => {
  expect(mayPass({ uid: 0, gid: 104, mode: 0o40710 }, user)).toBe(true);
});

test("the owner and the group are judged by their own bits", () => {
  expect(mayPass({ uid: 101, gid: 0, mode: 0o40011 }, user)).toBe(false);
  expect(mayPass({ uid: 0, gid: 104, mode: 0o40701 }, user)).toBe(false);
});

test("the outermost closed folder is the one that is named", () => {
  expect(waysTo("/srv/a/b")).toEqual(["/", "/srv", "/srv/a", "/srv/a/b"]);
});

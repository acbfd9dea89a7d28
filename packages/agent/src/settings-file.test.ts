import { expect, it } from "vitest";

import { parseSettings } from "./settings-file.ts";

const read = (...lines: string[]) => parseSettings(lines.join("\n"), "agent.env");

it("reads what systemd's EnvironmentFile= would read", () => {
  const given = read(
    "# a comment",
    "; another",
    "",
    "  NETCHECK_URL = https://a?x=y#z  \r",
    'NETCHECK_REGION="two words"',
    "NETCHECK_TOKEN='nce_x'",
    "NETCHECK_STATE=",
  );
  expect(given).toEqual({
    url: "https://a?x=y#z",
    region: "two words",
    token: "nce_x",
    state: "",
  });
});

it.each([
  ["line 2: a line is NAME=value", ["", "NETCHECK_URL"]],
  ["line 1: a line is NAME=value", ["=x"]],
  ["line 1: there is no setting NETCHECK_URI", ["NETCHECK_URI=https://a"]],
  ["line 1: there is no setting netcheck_url", ["netcheck_url=https://a"]],
  ["line 2: NETCHECK_URL is set twice", ["NETCHECK_URL=a", "NETCHECK_URL=b"]],
  ["NODE_EXTRA_CA_CERTS is read by Node itself", ["NODE_EXTRA_CA_CERTS=/ca.pem"]],
])("says where it is wrong: %s", (message, lines) => {
  expect(() => read(...lines)).toThrow(`agent.env, `);
  expect(() => read(...lines)).toThrow(message);
  expect(() => read(...lines)).toThrow(expect.objectContaining({ exitCode: 2 }));
});

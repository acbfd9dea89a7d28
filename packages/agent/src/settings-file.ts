import { readFileSync } from "node:fs";

import { exitError } from "./exit.ts";
import { OPTIONS, optionNames, type Given } from "./option.ts";
import { messageOf } from "./text.ts";

/** Read by Node itself before this program runs, so that a line here would do nothing. */
const READ_BY_NODE = /^(NODE_|SSL_CERT_)/;

/** Reads a settings file; throws an `Exit` that names the file, the line and what is wrong. */
export function readSettingsFile(file: string): Given {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw exitError(2, `The settings file cannot be read: ${messageOf(cause)}`, cause);
  }
  return parseSettings(text, file);
}

/**
 * Lines of NAME=value as systemd's `EnvironmentFile=` takes them: blank lines and those that begin
 * with # or ; are left out, and quotes around a whole value are dropped.
 */
export function parseSettings(text: string, file: string): Given {
  const given: Given = {};
  for (const [i, raw] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    const line = raw.trim();
    if (!line || /^[#;]/.test(line)) continue;
    const [, name = "", value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line) ?? [];
    const at = `${file}, line ${i + 1}`;
    if (!name) throw exitError(2, `${at}: a line is NAME=value.`);
    if (READ_BY_NODE.test(name))
      throw exitError(2, `${at}: ${name} is read by Node itself; set it in the environment.`);
    const option = optionNames.find((it) => OPTIONS[it].env === name);
    if (!option) throw exitError(2, `${at}: there is no setting ${name}. See --help.`);
    if (given[option] !== undefined) throw exitError(2, `${at}: ${name} is set twice.`);
    given[option] = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  }
  return given;
}

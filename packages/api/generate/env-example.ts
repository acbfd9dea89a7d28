import { ALL } from "../src/contexts.ts";
import { type ShownSetting, shownSettings } from "../src/shown-settings.ts";

const WIDTH = 100;

/** The platform's settings, with what they mean; each is commented out and shows a default or an example. */
export async function envExample() {
  const shared = section("The platform", await shownSettings([]));
  const own = await Promise.all(
    ALL.map(async (context) => {
      const settings = await shownSettings([context]);
      return settings.length > 0 ? [section(`The platform: ${context.name}`, settings)] : [];
    }),
  );
  return [shared, ...own.flat()].join("\n\n");
}

function section(title: string, settings: readonly ShownSetting[]) {
  const head = `# --- ${title} `.padEnd(WIDTH, "-");
  return [head, ...settings.flatMap(linesOf)].join("\n");
}

function linesOf({ name, description, example, fallback, isNeeded }: ShownSetting) {
  const value = isNeeded ? example : (fallback ?? example);
  return [...wrapped(description), `#${name}=${quoted(value ?? "")}`];
}

/** As a shell takes it, and systemd. */
function quoted(text: string) {
  return /^[\w./:,@…+-]*$/.test(text) ? text : `'${text}'`;
}

function wrapped(text: string) {
  const lines = ["#"];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}

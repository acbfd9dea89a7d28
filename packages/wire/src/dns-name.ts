/** The labels of a name from the left, each character a byte; the root has none. */
export type Labels = readonly string[];

const MAX_LABEL_BYTES = 63;
/** On the wire, with a length before each label and the root's at the end (RFC 1035, 3.1). */
const MAX_NAME_BYTES = 255;

/**
 * Reads a name as zone files write it (RFC 1035, 5.1), its last dot optional; undefined if it is
 * none. Any byte may stand in a label (RFC 2181, 11). What is written in other scripts becomes what
 * resolvers are asked for (RFC 5891).
 */
export function parseName(text: string): Labels | undefined {
  if (text === ".") return [];
  const labels = [""];
  const ascii = toAscii(text.replace(/[\u3002\uff0e\uff61]/g, "."));
  for (const [part, code, escaped] of ascii.matchAll(/\\(\d{3})|\\([^\d])|[^]/g)) {
    const byte = code === undefined ? (escaped ?? part) : String.fromCharCode(Number(code));
    if (code === undefined && !/^[\x21-\x7e]$/.test(byte)) return undefined;
    if (part === "\\" || byte > "\xff") return undefined;
    if (part === ".") labels.push("");
    else labels.push((labels.pop() ?? "") + byte);
  }
  if (labels.at(-1) === "") labels.pop();
  return isName(labels) ? labels : undefined;
}

function isName(labels: Labels) {
  const fits = labels.every(({ length }) => length > 0 && length <= MAX_LABEL_BYTES);
  return fits && labels.length > 0 && nameBytes(labels) <= MAX_NAME_BYTES;
}

/** How long the name is on the wire. */
export function nameBytes(labels: Labels) {
  return labels.reduce((sum, { length }) => sum + 1 + length, 1);
}

/** Only whole labels: what stands beside an escape stays as it is, and is then refused. */
function toAscii(text: string) {
  return text.replace(/(?<![^.])[^.\\]*[^\0-\x7f.\\][^.\\]*(?![^.])/g, (label) => {
    if (/[^\w\u0080-\u{10ffff}-]/u.test(label)) return label;
    // With a label behind it, digits of any script are no address.
    return URL.parse(`http://${label}.x/`)?.hostname.slice(0, -2) ?? label;
  });
}

/** As zone files write it, with its last dot and no more escapes than it needs. */
export function formatName(labels: Labels) {
  return `${labels.map(formatLabel).join(".")}.`;
}

function formatLabel(label: string) {
  return label.replace(/[."();@$\\]/g, "\\$&").replace(/[^\x21-\x7e]/g, escapeByte);
}

/** A byte that cannot be printed. */
export function escapeByte(byte: string) {
  return `\\${String(byte.charCodeAt(0)).padStart(3, "0")}`;
}

/** One form for all writings of a name: lower case, without its last dot; undefined if it is none. */
export function canonicalName(text: string) {
  const labels = parseName(text);
  if (!labels || labels.length === 0) return labels && ".";
  return formatName(labels).slice(0, -1).toLowerCase();
}

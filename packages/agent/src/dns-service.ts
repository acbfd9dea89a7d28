const KEYS = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"];

/** SVCB and HTTPS data as RFC 9460, 2.1 writes it; undefined if the bytes are not that. */
export function serviceValue(data: Buffer) {
  try {
    const priority = data.readUInt16BE(0);
    const { name, end } = readName(data, 2);
    return [priority, name, ...readParams(data, end)].join(" ");
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Never compressed (RFC 9460, 2.2). */
function readName(data: Buffer, start: number) {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = data.readUInt8(at);
    at += 1;
    if (length === 0) return { name: `${labels.join(".")}.`, end: at };
    if (length > 63) throw new RangeError("not a label");
    labels.push(slice(data, at, length).toString("latin1"));
    at += length;
  }
}

function readParams(data: Buffer, start: number) {
  const params: string[] = [];
  for (let at = start; at < data.length;) {
    const key = data.readUInt16BE(at);
    const length = data.readUInt16BE(at + 2);
    params.push(paramOf(key, slice(data, at + 4, length)));
    at += 4 + length;
  }
  return params;
}

function paramOf(key: number, value: Buffer) {
  const name = KEYS[key] ?? `key${key}`;
  if (value.length === 0) return name;
  switch (name) {
    case "mandatory":
      return `${name}=${numbers(value, 2).map(keyName).join(",")}`;
    case "alpn":
      return `${name}=${strings(value).join(",")}`;
    case "port":
      return `${name}=${value.readUInt16BE(0)}`;
    case "ipv4hint":
      return `${name}=${numbers(value, 1)
        .join(".")
        .replace(/((?:\d+\.){3}\d+)\./g, "$1,")}`;
    case "ipv6hint":
      return `${name}=${addresses(value).join(",")}`;
    case "ech":
      return `${name}=${value.toString("base64")}`;
    default:
      return `${name}=\\#${value.toString("hex")}`;
  }
}

function keyName(key: number) {
  return KEYS[key] ?? `key${key}`;
}

function numbers(value: Buffer, size: 1 | 2) {
  return Array.from({ length: Math.floor(value.length / size) }, (_, i) =>
    value.readUIntBE(i * size, size),
  );
}

function strings(value: Buffer) {
  const found: string[] = [];
  for (let at = 0; at < value.length;) {
    const length = value.readUInt8(at);
    found.push(slice(value, at + 1, length).toString("latin1"));
    at += 1 + length;
  }
  return found;
}

function addresses(value: Buffer) {
  return Array.from({ length: Math.floor(value.length / 16) }, (_, i) =>
    numbers(value.subarray(i * 16, i * 16 + 16), 2)
      .map((part) => part.toString(16))
      .join(":"),
  );
}

function slice(data: Buffer, start: number, length: number) {
  if (start + length > data.length) throw new RangeError("cut short");
  return data.subarray(start, start + length);
}

// The channel of a fineprint driver (protocol 1) in Node: lines, values and messages. It knows no SDK.
"use strict";
const crypto = require("crypto");
const fs = require("fs");

const LONG_TEXT = 1 << 16;
const LONGEST = 8 << 20;

// What the SDK prints belongs to the log.
const print = process.stderr.write.bind(process.stderr);
process.stdout.write = print;

/** What an SDK is not able to take: `named` is `{operation}`, `{param}` or `{param, value}`. */
class Unsupported extends Error {
  constructor(named, why) {
    super(why);
    this.named = named;
  }
}

/** From the channel's spelling to JavaScript's. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value);
  if (names.length === 1) {
    const inner = value[names[0]];
    switch (names[0]) {
      case "$int": return BigInt(inner);
      case "$num": return Number(inner);
      case "$bytes": return Buffer.from(inner, "base64");
      case "$utf16": return String.fromCharCode(...inner);
      case "$obj": return object(inner.map(([name, item]) => [name, plain(item)]));
    }
  }
  return object(names.map((name) => [name, plain(value[name])]));
}

/** An object with these members, `__proto__` too. */
function object(members) {
  const made = {};
  for (const [name, value] of members) {
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

/** What an SDK shows, in the channel's spelling; `undefined` is absent. */
function spelled(value) {
  switch (typeof value) {
    case "string": return text(value);
    case "boolean": return value;
    case "bigint": return { $int: String(value) };
    case "number": return number(value);
    case "object": break;
    default: return undefined;
  }
  if (value === null) return null;
  if (Buffer.isBuffer(value)) return { $bytes: value.toString("base64") };
  if (Array.isArray(value)) return value.map((item) => { const said = spelled(item); return said === undefined ? null : said; });
  if (value instanceof Date) return value.toISOString();
  // The decimals of the libraries that SDKs read long numbers with.
  if (typeof value.toFixed === "function") return decimal(value.toFixed());
  const members = Object.keys(value).map((name) => [name, spelled(value[name])]).filter(([, said]) => said !== undefined);
  if (members.length && members.every(([name]) => name.startsWith("$"))) return { $obj: members };
  return object(members);
}

function number(value) {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? { $num: "-0" } : value;
  if (!Number.isFinite(value)) return { $num: String(value) };
  // JavaScript writes what is longer with an exponent: a number, and no integer in digits.
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? { $int: String(BigInt(value)) } : value;
}

function decimal(digits) {
  return /^-?\d+$/.test(digits) ? { $int: digits } : { $num: digits };
}

function text(value) {
  if (!isWellFormed(value)) return { $utf16: Array.from({ length: value.length }, (_, at) => value.charCodeAt(at)) };
  if (value.length <= LONG_TEXT) return value;
  const raw = Buffer.from(value);
  return { $digest: { sha256: crypto.createHash("sha256").update(raw).digest("hex"), bytes: raw.length } };
}

function isWellFormed(value) {
  return value.isWellFormed ? value.isWellFormed() : !/\p{Surrogate}/u.test(value);
}

function say(message) {
  const line = Buffer.from(JSON.stringify(message) + "\n");
  if (line.length > LONGEST) throw new Error("the answer is a line over 8 MiB");
  for (let sent = 0; sent < line.length;) {
    try {
      sent += fs.writeSync(1, line, sent);
    } catch (why) {
      if (why.code !== "EAGAIN") throw why;
    }
  }
}

/** The kind of an error that no service answered, by its words; `unreadable` tells those of an answer that cannot be read. */
function kindOf(words, unreadable) {
  if (/Timeout|ETIMEDOUT/.test(words)) return "timeout";
  if (unreadable.test(words)) return "decode";
  if (/ECONN|EPIPE|ENOTFOUND|EHOST|ENET|HPE_|socket|aborted|CERT|TLS|SSL/i.test(words)) return "transport";
  return undefined;
}

/** Where a package lies that is installed in `folder`, and what its package.json says. */
function installed(folder, name) {
  const path = require.resolve(name + "/package.json", { paths: [folder] });
  return JSON.parse(fs.readFileSync(path, "utf8"));
}

/** The arguments `--package NAME` and `--in FOLDER`, where it is installed; here if none. */
function asked() {
  const given = { "--package": undefined, "--in": __dirname };
  for (let at = 2; at < process.argv.length; at += 2) given[process.argv[at]] = process.argv[at + 1];
  if (!given["--package"]) {
    print("usage: node DRIVER.js --package NAME [--in FOLDER]\n");
    process.exit(2);
  }
  return { name: given["--package"], folder: given["--in"] };
}

/**
 * Runs the driver. `driver` has `name`, `client` (name, version, runtime), `can`, `inFlight`, `connect(target)` for one
 * client object and `async call(client, call)` for what came: `{ok, http}` as the SDK shows it, or `{error}`.
 */
function run(driver) {
  const clients = new Map();
  const client = (target) => {
    if (!clients.has(target.key)) clients.set(target.key, driver.connect(target));
    return clients.get(target.key);
  };
  async function result(message) {
    try {
      const came = await driver.call(client(plain(message.client)), { ...message, params: plain(message.params) });
      return "error" in came ? came : { ok: spelled(came.ok), http: spelled(came.http) };
    } catch (fault) {
      if (fault instanceof RangeError) {
        return { unsupported: { operation: message.operation }, why: "an answer nested so deep cannot be said on" };
      }
      if (fault instanceof Unsupported) return { unsupported: fault.named, why: fault.message };
      return { driver_error: `${fault && fault.name}: ${fault && fault.message}` };
    }
  }
  async function call(message) {
    const told = await result(message);
    try {
      say({ t: "result", id: message.id, ...told });
    } catch (fault) {
      say({ t: "result", id: message.id, driver_error: String(fault) });
    }
  }
  function take(line) {
    const message = JSON.parse(line);
    switch (message.t) {
      case "hello":
        say({
          t: "hello", protocol: 1, driver: { name: driver.name, version: "1" }, client: driver.client,
          operations: null, max_in_flight: driver.inFlight, can: driver.can,
        });
        break;
      case "echo": say({ t: "echo", id: message.id, value: spelled(plain(message.value)) }); break;
      case "call": call(message); break;
      case "close": clients.delete(message.key); break;
      case "bye": say({ t: "bye" }); process.exit(0);
    }
  }
  const pieces = [];
  process.stdin.on("data", (chunk) => {
    for (let from = 0; ;) {
      const end = chunk.indexOf(10, from);
      if (end < 0) { pieces.push(chunk.subarray(from)); return; }
      pieces.push(chunk.subarray(from, end));
      take(Buffer.concat(pieces.splice(0)).toString("utf8"));
      from = end + 1;
    }
  });
  process.stdin.on("end", () => process.exit(0));
  // A promise that nobody waits for is the SDK's, and no reason to end.
  process.on("unhandledRejection", (why) => print(`unhandled rejection: ${why && why.stack || why}\n`));
}

module.exports = { Unsupported, asked, installed, kindOf, run, spelled };

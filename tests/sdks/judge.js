// A second opinion on generated values: ajv, which shares no code with what generated them.
//
// Reads one JSON object a line: {doc, version, schemas} adds an OpenAPI document's schemas, {schema} or {of, name} chooses
// what the next values are held to, {valid} is a list of values that should fit, {breach, at, keywords} a value that
// should not: there, by one of these keywords, and nowhere else. Prints how many there were, and those that are not what
// they should be. With a file as argument it prints that YAML document as JSON instead.
"use strict";
const formats = require("ajv-formats");

// JSON Schema asks for Unicode in patterns; some in use are none under that flag.
function pattern(text) {
  try {
    return new RegExp(text, "u");
  } catch {
    return new RegExp(text);
  }
}
pattern.code = "pattern";

const options = { strict: false, allErrors: true, logger: false, code: { regExp: pattern } };
const old = formats(new (require("ajv"))(options));
const modern = formats(new (require("ajv/dist/2020"))(options));

// RFC 5321 lets a domain be one name; ajv-formats asks for a dot.
for (const ajv of [old, modern]) ajv.addFormat("email", /^[^@\s]+@[^@\s]+$/);

const NAMED = ["properties", "patternProperties", "definitions", "$defs"];
const PLAIN = ["enum", "const", "example", "examples", "default"];

// A closed list of nothing fits nothing; ajv refuses to compile it. OpenAPI 3.0 has `nullable` and yes-or-no bounds, which
// JSON Schema does not know; documents of 3.1 keep writing `nullable`.
function plain(schema) {
  if (Array.isArray(schema)) return schema.map(plain);
  if (schema === null || typeof schema !== "object") return schema;
  const out = {};
  for (const [name, value] of Object.entries(schema)) {
    if (name === "enum" && value.length === 0) out.not = {};
    else if (PLAIN.includes(name)) out[name] = value;
    else if (NAMED.includes(name)) {
      out[name] = Object.fromEntries(Object.entries(value).map(([n, s]) => [n, plain(s)]));
    } else out[name] = plain(value);
  }
  for (const [exclusive, bound] of [["exclusiveMinimum", "minimum"], ["exclusiveMaximum", "maximum"]]) {
    if (out[exclusive] === true) [out[exclusive]] = [out[bound], delete out[bound]];
    else if (out[exclusive] === false) delete out[exclusive];
  }
  const nullable = out.nullable === true;
  delete out.nullable;
  return nullable ? { anyOf: [{ type: "null" }, out] } : out;
}

const docs = new Map();
let check = null;
const said = { values: 0, breaches: 0, keywords: {}, wrong: [] };

function complain(text) {
  if (said.wrong.length < 20) said.wrong.push(text.slice(0, 600));
}

// A missing or unknown member is at fault where it is or would be.
function place(error) {
  const name = error.params.missingProperty ?? error.params.additionalProperty;
  return error.instancePath + (name === undefined ? "" : `/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`);
}

// What a combination of schemas says is said by its parts as well.
const WRAPPERS = ["if", "anyOf", "oneOf", "allOf"];

function line(text) {
  const it = JSON.parse(text);
  if ("doc" in it) {
    const ajv = it.version.startsWith("3.0") ? old : modern;
    const schemas = Object.fromEntries(Object.entries(it.schemas).map(([n, s]) => [n, plain(s)]));
    ajv.addSchema({ $id: it.doc, components: { schemas } });
    docs.set(it.doc, ajv);
  } else if ("of" in it) {
    const name = it.name.replace(/~/g, "~0").replace(/\//g, "~1");
    check = docs.get(it.of).getSchema(`${it.of}#/components/schemas/${encodeURIComponent(name)}`);
  } else if ("schema" in it) {
    // Each stands alone, and operations of one name are in several documents.
    delete it.schema.$id;
    check = modern.compile(it.schema);
  } else if ("valid" in it) {
    for (const value of it.valid) {
      said.values += 1;
      if (!check(value)) complain(`${JSON.stringify(check.errors[0])} of ${JSON.stringify(value)}`);
    }
  } else {
    said.breaches += 1;
    const fits = check(it.breach);
    const errors = (check.errors || []).filter((e) => !WRAPPERS.includes(e.keyword));
    const elsewhere = errors.find((e) => !it.at.includes(place(e)) || !it.keywords.includes(e.keyword));
    if (fits) complain(`fits: ${text}`);
    else if (errors.length === 0) complain(`only ${JSON.stringify(check.errors)} of ${text}`);
    else if (elsewhere) complain(`${JSON.stringify(elsewhere)} of ${text}`);
    else said.keywords[errors[0].keyword] = (said.keywords[errors[0].keyword] || 0) + 1;
  }
}

if (process.argv[2]) {
  const text = require("fs").readFileSync(process.argv[2]);
  const bytes = process.argv[2].endsWith(".gz") ? require("zlib").gunzipSync(text) : text;
  console.log(JSON.stringify(require("yaml").parse(bytes.toString())));
} else {
  require("readline")
    .createInterface({ input: process.stdin, crlfDelay: Infinity })
    .on("line", line)
    .on("close", () => console.log(JSON.stringify(said)));
}

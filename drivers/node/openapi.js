// A fineprint driver (protocol 1) for the generic clients with `callApi`: @alicloud/openapi-core and
// @alicloud/openapi-client.
"use strict";
const fs = require("fs");
const { Unsupported, asked, installed, kindOf, run, spelled } = require("./channel.js");

const { name, folder } = asked();
const load = (one) => require(require.resolve(one, { paths: [folder] }));
const sdk = load(name);
const Client = sdk.default;
const parts = sdk.$OpenApiUtil || sdk;
const dara = optional("@darabonba/typescript");
const Runtime = (name.endsWith("openapi-core") && dara ? dara : load("@alicloud/tea-util")).RuntimeOptions;

function optional(one) {
  try {
    return load(one);
  } catch {
    return undefined;
  }
}

function connect(target) {
  const [scheme, host] = target.endpoint.split("://");
  const client = new Client(new parts.Config({
    accessKeyId: target.access_key_id, accessKeySecret: target.access_key_secret, securityToken: target.security_token,
    endpoint: host, protocol: scheme.toUpperCase(), regionId: target.region,
    connectTimeout: target.connect_timeout_ms, readTimeout: target.read_timeout_ms,
    retryOptions: retryOptions(target.max_attempts),
  }));
  const options = { connectTimeout: target.connect_timeout_ms, readTimeout: target.read_timeout_ms };
  if (target.ca_file) options.ca = fs.readFileSync(target.ca_file, "utf8");
  if (typeof target.max_attempts === "number") {
    options.autoretry = target.max_attempts > 1;
    options.maxAttempts = target.max_attempts - 1;
  }
  return { client, runtime: new Runtime(options) };
}

/** The newer of the two takes this in place of `autoretry`; the same errors are tried again, and throttling. */
function retryOptions(attempts) {
  if (typeof attempts !== "number" || !dara || !dara.RetryOptions) return undefined;
  const again = { maxAttempts: attempts, exception: ["RetryError", "ThrottlingError"], errorCode: [] };
  return new dara.RetryOptions({ retryable: attempts > 1, retryCondition: [again], noRetryCondition: [] });
}

async function call({ client, runtime }, { operation, params, api }) {
  if (api.style === "roa" && /[{\[]/.test(api.path || "")) throw new Unsupported({ operation }, "a path with parameters is not filled by callApi");
  const form = (api.method || "POST").includes("POST");
  const how = new parts.Params({
    action: operation, version: api.version, protocol: "HTTP", pathname: api.path || "/", method: form ? "POST" : api.method,
    authType: "AK", style: (api.style || "rpc").toUpperCase(), reqBodyType: "formData", bodyType: "json",
  });
  const request = new parts.OpenApiRequest(form ? { body: params } : { query: params });
  try {
    const { body, headers, statusCode } = await client.callApi(how, request, runtime);
    return { ok: body, http: { status: statusCode, headers } };
  } catch (error) {
    return { error: told(error) };
  }
}

/** An error as a user's `catch` sees it. */
function told(error) {
  const data = error.data && typeof error.data === "object" ? error.data : {};
  const status = [error.statusCode, data.statusCode].find((told) => typeof told === "number");
  const said = { kind: kind(error, status), class: String(error.name), text: spelled(String(error)) };
  const members = { code: error.code, message: error.message, request_id: error.requestId ?? data.RequestId ?? data.requestId };
  for (const [member, value] of Object.entries(members)) {
    if (value !== undefined && value !== null) said[member] = spelled(value);
  }
  if (status !== undefined) said.http_status = status;
  const more = Object.entries(data).filter(([member]) => !/^(code|message|requestid|statuscode)$/i.test(member));
  if (more.length) said.more = spelled(Object.fromEntries(more));
  return said;
}

function kind(error, status) {
  if (status !== undefined) return "service";
  const words = `${error.name} ${error.code} ${error.message}`;
  const known = kindOf(words, /SyntaxError|JSON|Z_|HPE_INVALID|unexpected end of file|incorrect header check/);
  if (known) return known;
  return error.code !== undefined || error instanceof URIError || error instanceof TypeError ? "validation" : "other";
}

run({
  name: "node-openapi", client: { name, version: installed(folder, name).version, runtime: runtime() },
  can: ["null", "headers", "token", "retries", "ca"], inFlight: 8, connect, call,
});

/** The versions of the packages whose behaviour shows in the client's. */
function runtime() {
  const found = { node: process.versions.node };
  for (const one of ["@darabonba/typescript", "@alicloud/tea-typescript", "@alicloud/tea-util", "httpx"]) {
    try {
      found[one] = installed(folder, one).version;
    } catch {
      // Not every generation has it.
    }
  }
  return found;
}

// A fineprint driver (protocol 1) for the RPC clients that take any action: @alicloud/pop-core and @alicloud/rpc-client.
"use strict";
const fs = require("fs");
const https = require("https");
const { Unsupported, asked, installed, kindOf, run, spelled } = require("./channel.js");

const { name, folder } = asked();
const Client = require(require.resolve(name, { paths: [folder] }));
const RPCClient = Client.RPCClient || Client.default || Client;

function connect(target) {
  const config = {
    endpoint: target.endpoint, accessKeyId: target.access_key_id, accessKeySecret: target.access_key_secret,
    opts: { connectTimeout: target.connect_timeout_ms, readTimeout: target.read_timeout_ms },
  };
  if (target.ca_file) config.opts.agent = new https.Agent({ ca: fs.readFileSync(target.ca_file) });
  if (target.security_token) config.securityToken = target.security_token;
  // The version is an argument of the constructor, and said with each call only.
  return { config, clients: new Map() };
}

function versioned(client, version) {
  if (!client.clients.has(version)) {
    client.clients.set(version, new RPCClient({ ...client.config, apiVersion: version }, true));
  }
  return client.clients.get(version);
}

async function call(client, { operation, params, api }) {
  if (api.style === "roa") throw new Unsupported({ operation }, `${name} makes RPC calls only`);
  for (const [param, value] of Object.entries(params)) {
    if (value && typeof value === "object" && !Array.isArray(value) && !Buffer.isBuffer(value)) {
      throw new Unsupported({ param }, `${name} takes no maps`);
    }
  }
  const method = (api.method || "POST").includes("POST") ? "POST" : api.method;
  try {
    const [body, exchange] = await versioned(client, api.version).request(operation, params, { method });
    return { ok: body, http: { status: exchange.response.statusCode, headers: exchange.response.headers } };
  } catch (error) {
    return { error: told(error) };
  }
}

/** An error as a user's `catch` sees it. */
function told(error) {
  const said = { kind: kind(error), class: String(error && error.name), text: spelled(String(error && error.stack ? error : JSON.stringify(error))) };
  const body = error && error.data;
  const status = error && error.entry && error.entry.response && error.entry.response.statusCode;
  const members = { code: error && error.code, message: error && error.message, request_id: body && body.RequestId };
  for (const [member, value] of Object.entries(members)) {
    if (value !== undefined && value !== null) said[member] = spelled(typeof value === "object" ? String(value) : value);
  }
  if (status) said.http_status = status;
  if (body) {
    const more = Object.entries(body).filter(([member]) => !["Code", "Message", "RequestId"].includes(member));
    if (more.length) said.more = spelled(Object.fromEntries(more));
  }
  return said;
}

function kind(error) {
  if (error && error.data) return "service";
  const words = `${error && error.name} ${error && error.code} ${error && error.message}`;
  const known = kindOf(words, /SyntaxError|Z_|HPE_INVALID|unexpected end of file|incorrect header check/);
  if (known) return known;
  return error instanceof URIError || error instanceof TypeError ? "validation" : "other";
}

const { version } = installed(folder, name);
run({
  name: "node-pop", client: { name, version, runtime: { node: process.versions.node, httpx: installed(folder, "httpx").version } },
  can: ["null", "headers", "token", "ca"], inFlight: 8, connect, call,
});

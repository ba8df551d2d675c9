// One process for all of AWS that the stories need: kinesalite, dynalite and s3rver, and in front of them, for each story, a site of its
// own: proxies that verify and misbehave, and endpoints that hand out keys. Steered by JSON over HTTP; ends when its input does.
// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keys, containerEndpoint, iotProvider, metadataService } from './identity.mjs';
import { Proxy } from './proxy.mjs';
import { Server, bodyOf, send } from './wire.mjs';

const REGION = 'eu-central-1';
process.env.AWS_REGION = REGION; // The emulators write it into their ARNs.
const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'm2c2-s3-'));

const listening = (server) => new Promise((resolve) => {
  server.keepAliveTimeout = 0; // Ours is the only client, and it keeps its connections.
  server.listen(0, '127.0.0.1', () => resolve(server.address().port));
});

async function emulators() {
  const S3rver = require('s3rver');
  const s3 = new S3rver({ directory: folder, silent: true, vhostBuckets: false });
  const quick = { createStreamMs: 1, deleteStreamMs: 1, updateStreamMs: 1, shardLimit: 1000 };
  const { createServer } = require('node:http');
  return {
    kinesis: await listening(require('kinesalite')(quick)),
    dynamodb: await listening(require('dynalite')({ createTableMs: 1, deleteTableMs: 1, updateTableMs: 1 })),
    s3: await listening(createServer(s3.callback())),
  };
}

/** Everything one story talks to. */
class Site {
  servers = {};
  clients = {};
  offset = 0;
  lifetime = 3600;
  region = REGION;
  verbose = Boolean(process.env.M2C2_TEST_VERBOSE);

  constructor(ports) {
    this.keys = new Keys(() => this.now());
    for (const service of ['kinesis', 'dynamodb', 's3']) this.servers[service] = new Proxy(service, ports[service], this);
    this.containerToken = randomBytes(16).toString('hex');
    this.servers.container = containerEndpoint(this, this.containerToken);
    this.servers.metadata = metadataService(this, 'm2c2-test');
  }

  now() {
    return Date.now() + this.offset;
  }

  async up(ports) {
    for (const [name, server] of Object.entries(this.servers)) await server.up(ports[name]);
    this.key = this.keys.permanent();
    return { region: REGION, key: this.key, containerToken: this.containerToken };
  }

  /** Amazon's client on one of the site's services, with the site's permanent key or another. */
  client(sdk, service, key = this.key) {
    const name = `${service}/${key.id}/${key.secret}`;
    this.clients[name] ??= sdk.clientOf(service, `http://127.0.0.1:${this.servers[service].port}`, REGION, key);
    return this.clients[name];
  }

  async close() {
    for (const client of Object.values(this.clients)) client.destroy();
    for (const server of Object.values(this.servers)) await server.down();
  }
}

// What a call comes to: its answer, or the error that its caller decides by.
async function attempted(work) {
  try {
    return { answer: await work() };
  } catch (error) {
    return { error: { name: error.name, message: error.message, status: error.$metadata?.httpStatusCode } };
  }
}

const commands = {
  async iot(site, { port, ...options }) {
    site.servers.iot = iotProvider(site, options);
    await site.servers.iot.up(port);
  },
  fault: (site, { service, ...fault }) => site.servers[service].faults.add(fault),
  heal: (site, { service }) => site.servers[service].faults.heal(),
  stats: (site, { service }) => site.servers[service].counters,
  limit: (site, { limits }) => site.servers.kinesis.writes.limit(limits),
  swallow: (site, { service }) => { site.servers[service].swallow = true; },
  clock: (site, { offset }) => { site.offset = offset * 1000; },
  lifetime: (site, { seconds }) => { site.lifetime = seconds; },
  key: (site, { seconds }) => (seconds ? site.keys.temporary(seconds) : site.keys.permanent()),
  expire: (site) => site.keys.expire(),
  down: (site, { service }) => site.servers[service].down(),
  up: async (site, { service }) => { await site.servers[service].up(); },
  call: async (site, { service, key, operation, input }) => {
    const sdk = await import('./read.mjs'); // Half a second: only when a story reads.
    return attempted(() => sdk.call(site.client(sdk, service, key), service, operation, input));
  },
  read: async (site, { service, name, prefix }) => {
    const sdk = await import('./read.mjs');
    return sdk.read(site.client(sdk, service), service, name, prefix);
  },
};

const emulatorPorts = await emulators();
const sites = new Map();

// {do, site?, …}: `open` makes a site on the given ports, `close` ends it; the rest are the commands above.
async function command({ do: what, site: id, ...options }) {
  if (what === 'open') {
    const site = new Site(emulatorPorts);
    sites.set(sites.size + 1, site);
    return { site: sites.size, ...(await site.up(options.ports)) };
  }
  const site = sites.get(id);
  if (what === 'close') return site.close();
  if (!commands[what]) throw new Error(`no command '${what}'`);
  return commands[what](site, options);
}

const admin = await new Server(async (request, response) => {
  try {
    const body = JSON.stringify((await command(JSON.parse(await bodyOf(request)))) ?? null);
    await send(response, { status: 200, headers: { 'Content-Type': 'application/json' }, body });
  } catch (error) {
    await send(response, { status: 400, headers: {}, body: String(error.stack) });
  }
}).up();

process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
process.stdin.resume().on('end', () => process.exit(0));
console.log(JSON.stringify({ admin: admin.port }));

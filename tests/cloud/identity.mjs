// Where devices get temporary keys: AWS IoT's credentials provider, a container's endpoint and an instance's metadata service.
// SPDX-License-Identifier: Apache-2.0
import { X509Certificate, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Server, bodyOf, send, trouble } from './wire.mjs';

const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+/, '');

/** The keys that a site's services know. Those handed out are temporary; the one it starts with is for good. */
export class Keys extends Map {
  constructor(now) {
    super();
    this.now = now;
  }

  #make(members) {
    const id = `${members.token ? 'ASIA' : 'AKIA'}${randomBytes(8).toString('hex').toUpperCase()}`;
    const secret = randomBytes(30).toString('base64');
    this.set(id, { secret, ...members });
    return { id, secret, ...members };
  }

  permanent() {
    return this.#make({});
  }

  temporary(seconds) {
    // A token has characters that want care in headers and JSON alike.
    return this.#make({ token: `${randomBytes(240).toString('base64')}+/==`, expires: Math.floor(this.now() / 1000) * 1000 + seconds * 1000 });
  }

  /** Every temporary key is at its end. */
  expire() {
    for (const key of this.values()) if (key.expires) key.expires = this.now();
  }
}

const json = (status, body, headers = {}) => ({ status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
const text = (status, body) => ({ status, headers: { 'Content-Type': 'text/plain' }, body });

/** A server of keys that `answer(request)` decides on. Its faults are those of any other service: error, stall, cut, slow. */
class KeyServer extends Server {
  constructor(site, answer, tls) {
    super(async (request, response) => {
      response.sendDate = false;
      response.setHeader('Date', new Date(site.now()).toUTCString());
      const fate = this.faults.take(request.method);
      if (await trouble(request, fate, this.counters)) return;
      this.counters.request(request.method, (await bodyOf(request)).length);
      const { fault } = fate;
      const given = fault?.kind === 'error' ? json(fault.status ?? 500, { message: 'Internal failure' })
        : fault?.kind === 'denied' ? json(403, { message: 'Access Denied' })
          : fault?.kind === 'throttle' ? json(429, { message: 'Too many requests' }) : answer(request);
      if (given.status < 300) this.counters.accepted += 1;
      else this.counters.error(`HTTP ${given.status}`);
      await send(response, given, fault?.kind === 'cut-answer' ? fault.after ?? Math.floor(given.body.length / 2) : undefined);
    }, tls);
    this.site = site;
  }

  get lifetime() {
    return this.site.lifetime;
  }
}

const denied = (message, status = 403) => json(status, { message }, { 'x-amzn-ErrorType': status === 404 ? 'ResourceNotFoundException' : 'AccessDeniedException' });

/**
 * The credentials provider over mutual TLS. options = {key, cert, ca: files of the server; device: the file of the one certificate that
 * is registered; alias, forbiddenAlias?, thing}.
 */
export function iotProvider(site, options) {
  const registered = new X509Certificate(readFileSync(options.device)).fingerprint256;
  const tls = { key: readFileSync(options.key), cert: readFileSync(options.cert), ca: readFileSync(options.ca), requestCert: true, rejectUnauthorized: false };
  return new KeyServer(site, (request) => {
    const path = /^\/role-aliases\/([^/]+)\/credentials$/.exec(request.url);
    if (!path || request.method !== 'GET') return denied('Not Found', 404);
    if (request.socket.getPeerCertificate().fingerprint256 !== registered) return denied('Certificate is invalid on this endpoint');
    const thing = request.headers['x-amzn-iot-thingname'];
    if (thing !== undefined && thing !== options.thing) return denied('Invalid thing name passed');
    if (path[1] === options.forbiddenAlias) return denied('Access Denied');
    if (path[1] !== options.alias) return denied('Role alias does not exist', 404);
    const key = site.keys.temporary(site.lifetime);
    return json(200, { credentials: { accessKeyId: key.id, secretAccessKey: key.secret, sessionToken: key.token, expiration: iso(key.expires) } });
  }, tls);
}

/** GET /creds with the token in Authorization, as ECS and Greengrass v2 give it. */
export function containerEndpoint(site, token) {
  return new KeyServer(site, (request) => {
    if (request.method !== 'GET' || request.url !== '/creds') return json(404, { message: 'Not Found' });
    if (request.headers.authorization !== token) return json(401, { code: 'AccessDenied', message: 'Authorization token is not valid' });
    const key = site.keys.temporary(site.lifetime);
    return json(200, { RoleArn: 'arn:aws:iam::000000000000:role/m2c2-test', AccessKeyId: key.id, SecretAccessKey: key.secret, Token: key.token,
      Expiration: iso(key.expires) });
  });
}

/** The metadata service of an instance, version 2: a session token first, then the role and its keys. */
export function metadataService(site, role) {
  const tokens = new Set();
  const roles = '/latest/meta-data/iam/security-credentials/';
  return new KeyServer(site, (request) => {
    const { method, url, headers } = request;
    if (method === 'PUT' && url === '/latest/api/token') {
      const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
      if (!(seconds >= 1 && seconds <= 21_600)) return text(400, 'Bad Request');
      const token = randomBytes(40).toString('base64');
      tokens.add(token);
      return { ...text(200, token), headers: { 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': seconds } };
    }
    if (method !== 'GET') return text(405, 'Method Not Allowed');
    if (!tokens.has(headers['x-aws-ec2-metadata-token'])) return text(401, 'Unauthorized');
    if (url === '/latest/meta-data/placement/region') return text(200, site.region);
    if (url === roles || `${url}/` === roles) return text(200, role);
    if (url !== `${roles}${role}`) return text(404, 'Not Found');
    const key = site.keys.temporary(site.lifetime);
    return json(200, { Code: 'Success', LastUpdated: iso(site.now()), Type: 'AWS-HMAC', AccessKeyId: key.id, SecretAccessKey: key.secret,
      Token: key.token, Expiration: iso(key.expires) });
  });
}

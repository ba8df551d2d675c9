// Verifies Signature Version 4 as strictly as the services do: everything is rebuilt from the request as it came on the wire.
// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

const MINUTE = 60_000;

// Letters, digits and -._~ stay; every other byte is %XX in capitals.
const encode = (bytes) =>
  Array.from(bytes, (b) => {
    const c = String.fromCharCode(b);
    return /[A-Za-z0-9\-._~]/.test(c) ? c : `%${b.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');

function decode(text) {
  const bytes = [];
  for (let i = 0; i < text.length; i += 1) {
    const hex = text[i] === '%' && /^[0-9a-fA-F]{2}$/.test(text.slice(i + 1, i + 3));
    bytes.push(hex ? parseInt(text.slice(i + 1, i + 3), 16) : text.charCodeAt(i) & 0xff);
    if (hex) i += 2;
  }
  return Buffer.from(bytes);
}

// S3 signs the path encoded once; the other services encode what is on the wire a second time.
function canonicalPath(path, service) {
  const once = service === 's3' ? decode : (segment) => Buffer.from(segment, 'latin1');
  return path.split('/').map((segment) => encode(once(segment))).join('/') || '/';
}

function canonicalQuery(query) {
  const pairs = query.split('&').filter(Boolean).map((part) => {
    const [name, ...value] = part.split('=');
    return [encode(decode(name)), encode(decode(value.join('=')))];
  });
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return pairs.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1])).map((pair) => pair.join('=')).join('&');
}

// Values of headers by their names in lower case; one that comes twice is joined, as the specification says.
export function headersOf(rawHeaders) {
  const found = new Map();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    const value = rawHeaders[i + 1].trim().replace(/ +/g, ' ');
    found.set(name, found.has(name) ? `${found.get(name)},${value}` : value);
  }
  return found;
}

function parseAuthorization(text) {
  const match = /^AWS4-HMAC-SHA256 +(.*)$/.exec(text);
  if (!match) return null;
  const parts = Object.fromEntries(match[1].split(/, */).map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at), part.slice(at + 1)];
  }));
  const scope = (parts.Credential ?? '').split('/');
  if (scope.length !== 5 || !parts.SignedHeaders || !/^[0-9a-f]{64}$/.test(parts.Signature ?? '')) return null;
  return { key: scope[0], day: scope[1], region: scope[2], service: scope[3], end: scope[4], scope: scope.slice(1).join('/'),
    signedHeaders: parts.SignedHeaders, signature: parts.Signature };
}

const timeOf = (stamp) => {
  const m = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(stamp ?? '');
  return m ? Date.UTC(m[1], m[2] - 1, m[3], m[4], m[5], m[6]) : NaN;
};
export const stampOf = (ms) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

// Host, and every x-amz-* header that came, must be among the signed ones, which are sorted and all there.
function headerTrouble(headers, signed) {
  if (signed.join(';') !== [...new Set(signed)].sort().join(';')) return 'SignedHeaders is not sorted';
  const needed = ['host', ...[...headers.keys()].filter((name) => name.startsWith('x-amz-'))];
  const unsigned = needed.find((name) => !signed.includes(name));
  if (unsigned) return `'${unsigned}' must be a 'SignedHeader' in the AWS Authorization`;
  const absent = signed.find((name) => !headers.has(name));
  return absent ? `the signed header '${absent}' did not come` : null;
}

function signatureOf(request, authorization, secret, stamp) {
  const [path, query = ''] = request.url.split(/\?(.*)/s);
  const { headers } = request;
  const signed = authorization.signedHeaders.split(';');
  const hash = request.service === 's3' ? headers.get('x-amz-content-sha256') : sha256(request.body);
  const canonical = [request.method, canonicalPath(path, request.service), canonicalQuery(query),
    ...signed.map((name) => `${name}:${headers.get(name)}`), '', authorization.signedHeaders, hash].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', stamp, authorization.scope, sha256(canonical)].join('\n');
  const { day, region, service, end } = authorization;
  const key = [day, region, service, end].reduce(hmac, `AWS4${secret}`);
  return { expected: hmac(key, toSign).toString('hex'), canonical, toSign };
}

// The service's clock against the request's: `now` is the service's, milliseconds.
function clockTrouble(request, stamp, now) {
  const time = timeOf(stamp);
  if (Number.isNaN(time)) return { kind: 'incomplete', text: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header." };
  const allowed = request.service === 's3' ? 15 * MINUTE : 5 * MINUTE;
  if (Math.abs(now - time) <= allowed) return null;
  const [early, late, sign] = time < now ? [stamp, stampOf(now - allowed), '-'] : [stamp, stampOf(now + allowed), '+'];
  return { kind: 'skew', stamp, now, allowed,
    text: `Signature ${time < now ? 'expired' : 'not yet current'}: ${early} is ${time < now ? 'now earlier' : 'still later'} than ${late} `
      + `(${stampOf(now)} ${sign} 5 min.)` };
}

function keyTrouble(known, headers, now) {
  if (!known) return { kind: 'unknown-key' };
  const token = headers.get('x-amz-security-token');
  if ((known.token ?? undefined) !== token) return { kind: 'bad-token' };
  return known.expires && now >= known.expires ? { kind: 'expired-token' } : null;
}

/**
 * What is wrong with the signature of `request` = {service, method, url, headers: Map, body: Buffer}: null, or {kind, text}.
 * `keys` maps an access key to {secret, token?, expires? (ms)}; `now` is the service's clock, ms.
 */
export function verify(request, { keys, region, now }) {
  const { headers } = request;
  if (!headers.has('authorization')) return { kind: 'unsigned' };
  const authorization = parseAuthorization(headers.get('authorization'));
  if (!authorization) return { kind: 'incomplete', text: 'The Authorization header is not one of AWS4-HMAC-SHA256.' };
  const stamp = headers.get('x-amz-date');
  const skew = clockTrouble(request, stamp, now);
  if (skew) return skew;
  const trouble = headerTrouble(headers, authorization.signedHeaders.split(';'));
  if (trouble) return { kind: 'incomplete', text: trouble };
  const scope = `${stamp.slice(0, 8)}/${region}/${request.service}/aws4_request`;
  if (authorization.scope !== scope) return { kind: 'mismatch', text: `Credential should be scoped to ${scope}.` };
  const known = keys.get(authorization.key);
  const barred = keyTrouble(known, headers, now);
  if (barred) return barred;
  const { expected, canonical, toSign } = signatureOf(request, authorization, known.secret, stamp);
  if (timingSafeEqual(Buffer.from(expected), Buffer.from(authorization.signature))) return null;
  return { kind: 'mismatch', canonical, toSign,
    text: 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and '
      + 'signing method. Consult the service documentation for details.' };
}

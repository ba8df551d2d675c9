// A proxy in front of one emulator: verifies the signature, plays the service's troubles, counts, and passes on the rest.
// SPDX-License-Identifier: Apache-2.0
import http from 'node:http';
import { refusal, s3Refusal } from './answers.mjs';
import { KinesisWrites } from './kinesis.mjs';
import { payloadTrouble } from './payload.mjs';
import { S3Writes } from './s3.mjs';
import { headersOf, verify } from './sigv4.mjs';
import { Server, bodyOf, send, trouble } from './wire.mjs';

// Headers that are for the proxy; the emulator would misunderstand them.
const OURS = /^(authorization|if-none-match|x-amz-(date|content-sha256|security-token|checksum-.*|sdk-.*))$/;
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

function forward(port, request, body) {
  const headers = { ...request.headers, 'content-length': body.length };
  for (const name of ['connection', 'expect', 'transfer-encoding']) delete headers[name];
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method: request.method, path: request.url, headers, agent };
    http.request(options, async (answer) => {
      const answered = { ...answer.headers };
      for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']) delete answered[name];
      const whole = await bodyOf(answer);
      if (request.method === 'HEAD') answered['Content-Length'] = answer.headers['content-length'];
      resolve({ status: answer.statusCode, headers: answered, body: whole });
    }).on('error', reject).end(body);
  });
}

// The emulator of S3 writes an object over the one before in place, and a reader may meet half of it; S3 shows one or the other, whole.
let last = Promise.resolve();
function inTurn(...request) {
  const mine = last.then(() => forward(...request));
  last = mine.catch(() => {});
  return mine;
}

// The name of an operation, from its target or from S3's method and path.
function operationOf(service, request) {
  if (service !== 's3') return (request.headers['x-amz-target'] ?? '').split('.')[1] ?? 'unknown';
  const [path, query = ''] = request.url.split('?');
  const parameters = new URLSearchParams(query);
  const object = path.split('/').filter(Boolean).length > 1;
  const verb = { PUT: object ? 'Put' : 'Create', GET: 'Get', HEAD: 'Head', DELETE: 'Delete', POST: 'Post' }[request.method] ?? request.method;
  if (object && parameters.has('uploads')) return 'CreateMultipartUpload';
  if (object && parameters.has('uploadId')) {
    return { PUT: 'UploadPart', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' }[request.method] ?? 'ListParts';
  }
  if (!object && request.method === 'GET') return path === '/' ? 'ListBuckets' : 'ListObjectsV2';
  return `${verb}${object ? 'Object' : 'Bucket'}`;
}

export class Proxy extends Server {
  /** `site` = {keys, region, now()}: what the service knows and which time it has. */
  constructor(service, emulatorPort, site) {
    super((request, response) => this.#request(request, response));
    this.service = service;
    this.emulatorPort = emulatorPort;
    this.site = site;
    this.swallow = false; // Count what is written and forget it: for benchmarks, whose limit is not to be an emulator.
    this.objects = service === 's3' ? new S3Writes() : null;
    this.writes = service === 'kinesis' ? new KinesisWrites((operation, body) => this.#ask(operation, body)) : null;
  }

  async #ask(operation, body) {
    const headers = { 'x-amz-target': `Kinesis_20131202.${operation}`, 'content-type': 'application/x-amz-json-1.1', 'x-amz-date': 'x',
      authorization: 'AWS4-HMAC-SHA256 Credential=x, SignedHeaders=x, Signature=x' };
    const { body: answer } = await forward(this.emulatorPort, { method: 'POST', url: '/', headers }, Buffer.from(JSON.stringify(body)));
    return JSON.parse(answer);
  }

  async #request(request, response) {
    response.sendDate = false;
    response.setHeader('Date', new Date(this.site.now()).toUTCString());
    const operation = operationOf(this.service, request);
    const fate = this.faults.take(operation);
    if (await trouble(request, fate, this.counters)) return;
    const body = await bodyOf(request);
    this.counters.request(operation, body.length);
    const answer = this.#refusal(request, body, fate.fault) ?? await this.#pass(request, body, operation, fate.fault);
    if (answer.status < 300) this.counters.accepted += 1;
    else this.counters.error(answer.code ?? `HTTP ${answer.status}`);
    if (fate.fault?.kind !== 'cut-answer') await send(response, answer);
    else {
      this.counters.error('cut-answer');
      await send(response, answer, fate.fault.after ?? Math.floor((answer.body?.length ?? 0) / 2));
    }
  }

  #refusal(request, body, fault) {
    const headers = headersOf(request.rawHeaders);
    const signed = { service: this.service, method: request.method, url: request.url, headers, body };
    const wrong = verify(signed, { keys: this.site.keys, region: this.site.region, now: this.site.now() });
    if (wrong) {
      if (wrong.canonical && this.site.verbose) console.error(`${wrong.canonical}\n--\n${wrong.toSign}`);
      return refusal(this.service, wrong);
    }
    if (fault?.kind === 'error') return refusal(this.service, { kind: fault.status ?? 500 });
    if (['throttle', 'throttle-request', 'denied'].includes(fault?.kind)) return refusal(this.service, { kind: fault.kind });
    const content = this.service === 's3' ? payloadTrouble(headers, body) : null;
    return content && s3Refusal(...content);
  }

  async #pass(request, body, operation, fault) {
    if (this.service === 's3') {
      const answer = await this.#passS3(request, body, operation);
      this.counters.openUploads = this.objects.open;
      return answer;
    }
    if (operation === 'PutRecords') return this.#putRecords(request, body, fault);
    if (operation === 'PutRecord') return this.#putRecord(request, body);
    if (['CreateStream', 'DeleteStream', 'SplitShard', 'MergeShards'].includes(operation)) this.writes?.forget();
    const answer = await forward(this.emulatorPort, request, body);
    return answer.status < 300 ? answer : { ...answer, code: codeOf(answer.body) };
  }

  async #putRecords(request, body, fault) {
    const batch = parsed(body);
    if (!Array.isArray(batch?.Records)) return forward(this.emulatorPort, request, body);
    this.counters.records += batch.Records.length;
    const trouble = this.writes.sizeTrouble(batch.Records);
    if (trouble) return refusal('kinesis', { kind: 'invalid', text: trouble });
    const fates = await this.writes.fates(batch, fault);
    const accepted = batch.Records.filter((_, i) => !fates[i]);
    let stored = { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{}' };
    if (this.swallow) stored.body = JSON.stringify(KinesisWrites.swallowed(accepted));
    else if (accepted.length) stored = await forward(this.emulatorPort, request, Buffer.from(JSON.stringify({ ...batch, Records: accepted })));
    if (stored.status >= 300) return { ...stored, code: codeOf(stored.body) };
    this.counters.stored += accepted.length;
    for (const fate of fates) if (fate) this.counters.error(fate.ErrorCode);
    return { ...stored, body: JSON.stringify(KinesisWrites.merge(fates, JSON.parse(stored.body))) };
  }

  async #putRecord(request, body) {
    const record = parsed(body) ?? {};
    this.counters.records += 1;
    const [fate] = await this.writes.fates({ StreamName: record.StreamName, Records: [record] });
    if (fate) return refusal('kinesis', { kind: 'throttle', text: fate.ErrorMessage });
    const answer = await forward(this.emulatorPort, request, body);
    if (answer.status >= 300) return { ...answer, code: codeOf(answer.body) };
    this.counters.stored += 1;
    return answer;
  }

  // The emulator knows neither signatures nor conditional writes nor checksums: those are ours.
  async #passS3(request, body, operation) {
    const headers = headersOf(request.rawHeaders);
    const bare = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OURS.test(name)));
    const target = { method: request.method, url: request.url, headers: bare };
    const answered = await this.#s3Answer(target, headers, body, operation);
    if (answered) return answered;
    const answer = this.swallow && request.method === 'PUT' ? { status: 200, headers: { etag: '"0"' }, body: '' }
      : await inTurn(this.emulatorPort, target, body);
    if (answer.status >= 300) return { ...answer, code: codeOf(answer.body) };
    return { ...answer, headers: { ...answer.headers, ...this.#written(operation, request.url, headers, answer) } };
  }

  // What is answered without the emulator: null passes the request on.
  async #s3Answer(target, headers, body, operation) {
    if (operation === 'UploadPart') return this.objects.partTrouble(target.url, headers, body);
    if (operation === 'CompleteMultipartUpload') return this.objects.completionTrouble(target.url, body);
    if (operation === 'AbortMultipartUpload') return this.objects.aborted(target.url);
    if (operation !== 'PutObject' || headers.get('if-none-match') !== '*') return null;
    const there = await inTurn(this.emulatorPort, { ...target, method: 'HEAD' }, Buffer.alloc(0));
    return there.status === 200 ? S3Writes.preconditionFailed() : null;
  }

  // Counts what is written now; returns the headers that the answer has more than the emulator's.
  #written(operation, url, headers, answer) {
    if (operation === 'CreateMultipartUpload') return this.objects.created(headers, answer);
    if (operation === 'CompleteMultipartUpload') this.objects.ended(url);
    if (['PutObject', 'CompleteMultipartUpload'].includes(operation)) {
      this.counters.records += 1;
      this.counters.stored += 1;
    }
    return ['PutObject', 'UploadPart'].includes(operation) ? S3Writes.echoed(headers) : {};
  }
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

// The emulator's own error: its code, of JSON or XML.
function codeOf(body) {
  const text = body.toString();
  return parsed(text)?.__type?.split('#').pop() ?? /<Code>([^<]*)/.exec(text)?.[1];
}

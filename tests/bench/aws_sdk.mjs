// The records of m2c2-bench-aws by Amazon's own client, one request under way:
//   node aws_sdk.mjs kinesis|kinesis-joined|s3 URL NAME < records
// where each record stands on a line, `key TAB payload`. Credentials and region come from the environment.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { clientOf } from '../cloud/read.mjs';

const require = createRequire(new URL('../cloud/', import.meta.url));
const { PutRecordsCommand } = require('@aws-sdk/client-kinesis');
const { PutObjectCommand } = require('@aws-sdk/client-s3');

const MOST_RECORDS = 500; // of one PutRecords
const FLUSH_SIZE = 2 << 20; // what the Kinesis exporter collects
const RECORD_SIZE = 256 << 10; // up to which it joins
const OBJECT_SIZE = 5 << 20; // of text

const [way, url, name] = process.argv.slice(2);
const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: region } = process.env;
const client = clientOf(way.split('-')[0], url, region, { id, secret });
let requests = 0;

function send(command) {
  requests += 1;
  return client.send(command);
}

/** Until all are in: what was refused goes again. */
async function putRecords(records) {
  for (let left = records; left.length;) {
    const batch = left.slice(0, MOST_RECORDS);
    const { Records: fates } = await send(new PutRecordsCommand({ StreamName: name, Records: batch }));
    left = [...batch.filter((_, i) => fates[i].ErrorCode), ...left.slice(MOST_RECORDS)];
  }
}

function joined(messages) {
  const texts = new Map(); // of each key, what its records hold
  for (const [key, payload] of messages) {
    const pieces = texts.get(key) ?? texts.set(key, ['']).get(key);
    if (pieces.at(-1).length + payload.length + 1 + key.length > RECORD_SIZE) pieces.push('');
    pieces[pieces.length - 1] += `${payload}\n`;
  }
  return [...texts].flatMap(([key, pieces]) => pieces.map((text) => ({ PartitionKey: key, Data: Buffer.from(text) })));
}

/** Portions of `bytes` of payload at least, but for the last. */
function* portions(messages, bytes) {
  let portion = [];
  let size = 0;
  for (const message of messages) {
    portion.push(message);
    size += message[1].length + 1;
    if (size < bytes) continue;
    yield portion;
    [portion, size] = [[], 0];
  }
  if (portion.length) yield portion;
}

const WAYS = {
  async kinesis(messages) {
    for (let at = 0; at < messages.length; at += MOST_RECORDS) {
      const batch = messages.slice(at, at + MOST_RECORDS);
      await putRecords(batch.map(([key, payload]) => ({ PartitionKey: key, Data: Buffer.from(payload) })));
    }
  },
  async 'kinesis-joined'(messages) {
    for (const portion of portions(messages, FLUSH_SIZE)) await putRecords(joined(portion));
  },
  async s3(messages) {
    for (const portion of portions(messages, OBJECT_SIZE)) {
      const body = gzipSync(portion.map(([, payload]) => `${payload}\n`).join(''), { level: 1 });
      await send(new PutObjectCommand({ Bucket: name, Key: `${requests}.gz`, ContentType: 'application/gzip', Body: body }));
    }
  },
};

const messages = readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t'));
await WAYS[way](messages.slice(0, messages.length / 10)); // so that the compiler of Node has done its work
const [before, begin, warm] = [process.cpuUsage(), process.hrtime.bigint(), requests];
await WAYS[way](messages);
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ records_s: messages.length / seconds, cpu_us: (user + system) / messages.length,
  requests: requests - warm, peak_mib: process.resourceUsage().maxRSS / 1024 }));
client.destroy();

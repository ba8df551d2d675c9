// Reads what arrived in AWS with Amazon's own client, as JSON lines:
//   node read.mjs kinesis URL STREAM | s3 URL BUCKET [PREFIX] | dynamodb URL TABLE
//   node read.mjs call kinesis|s3|dynamodb URL OPERATION JSON
// Keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the region from AWS_REGION. Bytes are base64; in the JSON of a call they are
// {"base64": "…"}.
// SPDX-License-Identifier: Apache-2.0
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as kinesis from '@aws-sdk/client-kinesis';
import * as s3 from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { pathToFileURL } from 'node:url';

const SERVICES = { kinesis, dynamodb, s3 };
const CLIENTS = { kinesis: kinesis.KinesisClient, dynamodb: dynamodb.DynamoDBClient, s3: s3.S3Client };

/** key = {id, secret, token?}. One attempt a call, so that each answer is seen. */
export function clientOf(service, url, region, key) {
  return new CLIENTS[service]({
    endpoint: url, region, maxAttempts: 1, forcePathStyle: true,
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret, sessionToken: key.token },
    requestHandler: new NodeHttpHandler(), // Its own for Kinesis speaks HTTP/2 only.
  });
}

const base64 = (bytes) => Buffer.from(bytes ?? []).toString('base64');

/** One call by its name in the API; bytes in the answer become base64. */
export async function call(client, service, operation, input) {
  const bytes = (_, value) => (value && typeof value === 'object' && typeof value.base64 === 'string' ? Buffer.from(value.base64, 'base64') : value);
  const parsed = JSON.parse(JSON.stringify(input), bytes);
  const { $metadata, Body: body, ...answer } = await client.send(new SERVICES[service][`${operation}Command`](parsed));
  if (body) answer.Body = base64(await body.transformToByteArray());
  return JSON.parse(JSON.stringify({ status: $metadata.httpStatusCode, ...answer },
    (_, value) => (value?.type === 'Buffer' || value instanceof Uint8Array ? base64(value.data ?? value) : value)));
}

async function shardRecords(client, stream, shard) {
  const found = [];
  let { ShardIterator: at } = await client.send(new kinesis.GetShardIteratorCommand({ StreamName: stream, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' }));
  while (at) {
    const { Records: records, NextShardIterator: next } = await client.send(new kinesis.GetRecordsCommand({ ShardIterator: at, Limit: 10_000 }));
    if (records.length === 0) break;
    for (const record of records) {
      found.push({ shard, sequence: record.SequenceNumber, key: record.PartitionKey, data: base64(record.Data) });
    }
    at = next;
  }
  return found;
}

async function readStream(client, stream) {
  const { Shards: shards } = await client.send(new kinesis.ListShardsCommand({ StreamName: stream }));
  return (await Promise.all(shards.map((shard) => shardRecords(client, stream, shard.ShardId)))).flat();
}

async function readBucket(client, bucket, prefix) {
  const found = [];
  for await (const page of s3.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix || undefined })) {
    for (const { Key: key, Size: size } of page.Contents ?? []) {
      const { Body: body, ContentType: type, ContentEncoding: encoding } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }));
      found.push({ key, size, type, encoding, body: base64(await body.transformToByteArray()) });
    }
  }
  return found;
}

const PLAIN = {
  S: (value) => value, N: Number, BOOL: (value) => value, NULL: () => null, B: base64, SS: (value) => value,
  NS: (value) => value.map(Number), BS: (value) => value.map(base64), L: (value) => value.map(plain),
  M: (value) => Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)])),
};

function plain(attribute) {
  const [type, value] = Object.entries(attribute)[0];
  return PLAIN[type](value);
}

async function readTable(client, table) {
  const found = [];
  for await (const page of dynamodb.paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const item of page.Items) found.push(plain({ M: item }));
  }
  return found;
}

/** Every record of a stream (in order per shard), object of a bucket or item of a table. */
export const read = (client, service, name, prefix) => ({ kinesis: readStream, s3: readBucket, dynamodb: readTable })[service](client, name, prefix);

async function main([what, ...rest]) {
  const environment = process.env;
  const key = { id: environment.AWS_ACCESS_KEY_ID, secret: environment.AWS_SECRET_ACCESS_KEY, token: environment.AWS_SESSION_TOKEN };
  const [service, url, ...more] = what === 'call' ? rest : [what, ...rest];
  if (!SERVICES[service] || !more.length) throw new Error('read.mjs: see its first lines for the arguments');
  const client = clientOf(service, url, environment.AWS_REGION, key);
  const lines = what === 'call' ? [await call(client, service, more[0], JSON.parse(more[1] ?? '{}'))] : await read(client, service, ...more);
  for (const line of lines) console.log(JSON.stringify(line));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2));

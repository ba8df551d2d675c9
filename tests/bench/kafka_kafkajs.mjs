// The records of m2c2-bench-kafka by kafkajs, one request a broker under way, acknowledged by all replicas:
//   node kafka_kafkajs.mjs BROKERS TOPIC < records
// where each record stands on a line, `key TAB payload`. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../cloud/', import.meta.url));
const { Kafka, Partitioners, logLevel } = require('kafkajs');

const BATCH = 500; // messages, as the pump reads them

const [brokers, topic] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.ERROR });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });

async function sendAll(messages) {
  for (let at = 0; at < messages.length; at += BATCH) {
    await producer.send({ topic, acks: -1, messages: messages.slice(at, at + BATCH) });
  }
}

const messages = readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => {
  const [key, value] = line.split('\t');
  return { key, value };
});
await producer.connect();
await sendAll(messages.slice(0, messages.length / 10)); // so that the compiler of Node has done its work
const [before, begin] = [process.cpuUsage(), process.hrtime.bigint()];
await sendAll(messages);
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ records_s: messages.length / seconds, cpu_us: (user + system) / messages.length,
  peak_mib: process.resourceUsage().maxRSS / 1024 }));
await producer.disconnect();

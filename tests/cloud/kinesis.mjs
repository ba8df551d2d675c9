// What Kinesis does that its emulator does not: limits of a shard and of a record, and batches that fail in part.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

const MIB = 1024 * 1024;
export const LIMITS = { bytesPerSecond: MIB, recordsPerSecond: 1000, recordBytes: MIB, requestBytes: 5 * MIB, requestRecords: 500 };

// Of the record itself: base64 that came over the wire counts for three quarters.
const sizeOf = ({ PartitionKey: key = '', Data: data = '' }) => Buffer.byteLength(key) + Buffer.byteLength(data, 'base64');

// One second's worth may come at once, then as fast as it flows.
class Bucket {
  #bytes;
  #records;
  #at = Date.now();

  constructor(limits) {
    this.limits = limits;
    this.#bytes = limits.bytesPerSecond;
    this.#records = limits.recordsPerSecond;
  }

  take(bytes) {
    const now = Date.now();
    const passed = (now - this.#at) / 1000;
    this.#at = now;
    this.#bytes = Math.min(this.limits.bytesPerSecond, this.#bytes + passed * this.limits.bytesPerSecond);
    this.#records = Math.min(this.limits.recordsPerSecond, this.#records + passed * this.limits.recordsPerSecond);
    if (this.#bytes < bytes || this.#records < 1) return false;
    this.#bytes -= bytes;
    this.#records -= 1;
    return true;
  }
}

const refused = (code, shard, stream) => ({ ErrorCode: code,
  ErrorMessage: code === 'InternalFailure' ? 'Internal service failure.'
    : `Rate exceeded for shard ${shard} in stream ${stream} under account 000000000000.` });

/** The write side of every stream, between the verifier and the emulator. `ask(operation, body)` calls the emulator. */
export class KinesisWrites {
  #shards = new Map();
  #buckets = new Map();
  #seen = 0;

  constructor(ask) {
    this.ask = ask;
    this.limits = LIMITS;
  }

  /** null: no limits of shards. */
  limit(limits) {
    this.limits = limits === null ? null : { ...LIMITS, ...limits };
    this.#buckets.clear();
  }

  /** The text of what is wrong with the sizes of a request, or null. */
  sizeTrouble(records) {
    const limits = this.limits ?? LIMITS;
    if (records.length === 0 || records.length > limits.requestRecords) {
      return `1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length less than or equal to ${limits.requestRecords}`;
    }
    const sizes = records.map(sizeOf);
    if (sizes.some((size) => size > limits.recordBytes)) return `Record size exceeds ${limits.recordBytes} bytes`;
    return sizes.reduce((a, b) => a + b) > limits.requestBytes ? 'Records size exceeds 5 MB limit' : null;
  }

  async #shardsOf(stream) {
    const { Shards: shards } = await this.ask('ListShards', { StreamName: stream });
    const open = (shards ?? []).filter((shard) => !shard.SequenceNumberRange.EndingSequenceNumber);
    return open.map((shard) => ({ id: shard.ShardId, from: BigInt(shard.HashKeyRange.StartingHashKey), to: BigInt(shard.HashKeyRange.EndingHashKey) }));
  }

  async #shardOf(stream, record) {
    if (!this.#shards.has(stream)) this.#shards.set(stream, await this.#shardsOf(stream));
    const hash = record.ExplicitHashKey !== undefined ? BigInt(record.ExplicitHashKey)
      : BigInt(`0x${createHash('md5').update(record.PartitionKey ?? '').digest('hex')}`);
    return this.#shards.get(stream).find((shard) => shard.from <= hash && hash <= shard.to)?.id ?? 'shardId-000000000000';
  }

  /** Streams may be made, deleted and split: shards are asked for again after such a call. */
  forget() {
    this.#shards.clear();
  }

  async #fate(stream, record, fault) {
    this.#seen += 1;
    const chosen = fault?.kind === 'partial' && this.#seen % (fault.every ?? 2) === 0;
    if (!chosen && !this.limits) return null;
    const shard = await this.#shardOf(stream, record);
    if (chosen) return refused(fault.code ?? 'ProvisionedThroughputExceededException', shard, stream);
    const name = `${stream}/${shard}`;
    if (!this.#buckets.has(name)) this.#buckets.set(name, new Bucket(this.limits));
    return this.#buckets.get(name).take(sizeOf(record)) ? null : refused('ProvisionedThroughputExceededException', shard, stream);
  }

  /** A fate for each record: null for one to be stored, or the refusal that stands at its place in the answer. */
  async fates(request, fault) {
    const fates = [];
    for (const record of request.Records) fates.push(await this.#fate(request.StreamName, record, fault));
    return fates;
  }

  /** What the emulator would answer to a batch that is only counted. */
  static swallowed(records) {
    return { FailedRecordCount: 0, Records: records.map((_, i) => ({ ShardId: 'shardId-000000000000', SequenceNumber: `${i + 1}` })) };
  }

  /** The answer to the whole batch, from the emulator's answer to those that were stored. */
  static merge(fates, stored) {
    const results = [...(stored?.Records ?? [])];
    const records = fates.map((fate) => fate ?? results.shift());
    return { FailedRecordCount: fates.filter(Boolean).length, Records: records };
  }
}

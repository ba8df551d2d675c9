// What S3 checks about the body of a request: its declared hash and its checksums.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

function crcTable(polynomial) {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    return c >>> 0;
  });
}

function crcBy(polynomial) {
  const table = crcTable(polynomial);
  return (bytes) => {
    let c = 0xffffffff;
    for (const b of bytes) c = (c >>> 8) ^ table[(c ^ b) & 0xff];
    const out = Buffer.alloc(4);
    out.writeUInt32BE((c ^ 0xffffffff) >>> 0);
    return out.toString('base64');
  };
}

const digest = (algorithm) => (bytes) => createHash(algorithm).update(bytes).digest('base64');

const CHECKSUMS = {
  'content-md5': digest('md5'),
  'x-amz-checksum-sha1': digest('sha1'),
  'x-amz-checksum-sha256': digest('sha256'),
  'x-amz-checksum-crc32': crcBy(0xedb88320),
  'x-amz-checksum-crc32c': crcBy(0x82f63b78),
};

// The checksums that a PutObject's answer repeats.
const isChecksum = (name) => /^x-amz-checksum-(?!mode$|algorithm$|type$)/.test(name);
export const checksumsOf = (headers) => [...headers].filter(([name]) => isChecksum(name));

function hashTrouble(headers, body) {
  const declared = headers.get('x-amz-content-sha256');
  if (declared === undefined) return ['InvalidRequest', 'Missing required header for this request: x-amz-content-sha256'];
  if (/aws-chunked/.test(headers.get('content-encoding') ?? '') || declared.startsWith('STREAMING-')) {
    return ['NotImplemented', 'A header you provided implies functionality that is not implemented'];
  }
  if (declared === createHash('sha256').update(body).digest('hex')) return null;
  return ['XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed."];
}

/** What is wrong with a body, as S3's [code, message], or null. */
export function payloadTrouble(headers, body) {
  const trouble = hashTrouble(headers, body);
  if (trouble) return trouble;
  for (const [name, value] of headers) {
    if (CHECKSUMS[name] && CHECKSUMS[name](body) !== value) {
      return ['BadDigest', `The ${name} you specified did not match the calculated checksum.`];
    }
    if (isChecksum(name) && !CHECKSUMS[name]) return ['InvalidRequest', `Value for ${name} header is invalid.`];
  }
  return null;
}

// What S3 does that its emulator does not: conditional writes, and what it holds a multipart upload to.
// SPDX-License-Identifier: Apache-2.0
import { s3Refusal } from './answers.mjs';
import { checksumsOf } from './payload.mjs';

const SMALLEST_PART = 5 * 1024 * 1024;

/** Of one path such as /bucket/key?uploadId=…: the parameter, or null. */
export const parameterOf = (url, name) => new URLSearchParams(url.split('?')[1] ?? '').get(name);

/** Between the verifier and the emulator; a refusal is an answer of S3's, null lets a request pass. */
export class S3Writes {
  #uploads = new Map(); // {algorithm, parts: number → {checksum, size}} by id

  /** What the emulator answered to CreateMultipartUpload. */
  created(headers, answer) {
    const id = /<UploadId>([^<]*)/.exec(answer.body.toString())?.[1];
    const algorithm = headers.get('x-amz-checksum-algorithm')?.toLowerCase();
    this.#uploads.set(id, { algorithm, parts: new Map() });
    return algorithm ? { 'x-amz-checksum-algorithm': algorithm.toUpperCase() } : {};
  }

  partTrouble(url, headers, body) {
    const upload = this.#uploads.get(parameterOf(url, 'uploadId'));
    if (!upload) return s3Refusal('NoSuchUpload', 'The specified upload does not exist.');
    const checksum = headers.get(`x-amz-checksum-${upload.algorithm}`);
    if (upload.algorithm && !checksum) {
      return s3Refusal('InvalidRequest', `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: null`);
    }
    upload.parts.set(Number(parameterOf(url, 'partNumber')), { checksum, size: body.length });
    return null;
  }

  completionTrouble(url, body) {
    const id = parameterOf(url, 'uploadId');
    const upload = this.#uploads.get(id);
    if (!upload) return s3Refusal('NoSuchUpload', 'The specified upload does not exist.');
    const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map((match) => match[1]);
    const numbers = named.map((part) => Number(/<PartNumber>(\d+)/.exec(part)?.[1]));
    if (numbers.some((number, i) => number <= (numbers[i - 1] ?? 0))) return s3Refusal('InvalidPartOrder', 'The list of parts was not in ascending order.');
    const sent = numbers.map((number) => upload.parts.get(number));
    if (sent.some((part) => !part)) return s3Refusal('InvalidPart', 'One or more of the specified parts could not be found.');
    if (sent.slice(0, -1).some((part) => part.size < SMALLEST_PART)) {
      return s3Refusal('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
    }
    return this.#checksumTrouble(upload, named, sent);
  }

  #checksumTrouble({ algorithm }, named, sent) {
    if (!algorithm) return null;
    const element = new RegExp(`<Checksum${algorithm}>([^<]*)`, 'i');
    for (const [i, part] of named.entries()) {
      const checksum = element.exec(part)?.[1];
      if (checksum === undefined) {
        return s3Refusal('InvalidRequest', `The upload was created using a ${algorithm} checksum. The complete request must include the checksum `
          + `for each part. It was missing for part ${i + 1} in the request.`);
      }
      if (checksum !== sent[i].checksum) return s3Refusal('InvalidPart', 'One or more of the specified parts could not be found.');
    }
    return null;
  }

  /** An upload is over. */
  ended(url) {
    return this.#uploads.delete(parameterOf(url, 'uploadId'));
  }

  /** The emulator cannot abort; it may keep what no one asks for. */
  aborted(url) {
    return this.ended(url) ? { status: 204, headers: {}, body: '' } : s3Refusal('NoSuchUpload', 'The specified upload does not exist.');
  }

  /** Uploads neither completed nor aborted, which cost money for ever. */
  get open() {
    return this.#uploads.size;
  }

  static preconditionFailed() {
    return s3Refusal('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }

  /** The checksums that the answer to a write repeats. */
  static echoed(headers) {
    return Object.fromEntries(checksumsOf(headers));
  }
}

// The services' own words for what they refuse: a JSON error of Kinesis and DynamoDB, an XML one of S3.
// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';

const ARN = 'arn:aws:sts::000000000000:assumed-role/m2c2-test/device';

// [status, code, message] of every kind of refusal; text overrides the message.
const KINESIS = {
  unsigned: [400, 'MissingAuthenticationTokenException', 'Request is missing Authentication Token'],
  incomplete: [400, 'IncompleteSignatureException', ''],
  mismatch: [400, 'InvalidSignatureException', ''],
  skew: [400, 'InvalidSignatureException', ''],
  'unknown-key': [400, 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
  'bad-token': [400, 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
  'expired-token': [400, 'ExpiredTokenException', 'The security token included in the request is expired'],
  denied: [400, 'AccessDeniedException', `User: ${ARN} is not authorized to perform this action because no identity-based policy allows it`],
  throttle: [400, 'ProvisionedThroughputExceededException', 'Rate exceeded for shard shardId-000000000000 in stream under account 000000000000.'],
  invalid: [400, 'InvalidArgumentException', ''],
  500: [500, 'InternalFailure', 'The request processing has failed because of an unknown error, exception or failure.'],
  503: [503, 'ServiceUnavailableException', 'The service is temporarily unavailable.'],
};

const DYNAMODB = {
  ...KINESIS,
  throttle: [400, 'ProvisionedThroughputExceededException', 'The level of configured provisioned throughput for the table was exceeded. '
    + 'Consider increasing your provisioning level with the UpdateTable API.'],
  'throttle-request': [400, 'ThrottlingException', 'Rate of requests exceeds the allowed throughput.'],
  500: [500, 'InternalServerError', 'Internal server error'],
};

const S3 = {
  unsigned: [403, 'AccessDenied', 'Access Denied'],
  incomplete: [403, 'AccessDenied', ''],
  mismatch: [403, 'SignatureDoesNotMatch', ''],
  skew: [403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
  'unknown-key': [403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'],
  'bad-token': [400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.'],
  'expired-token': [400, 'ExpiredToken', 'The provided token has expired.'],
  denied: [403, 'AccessDenied', 'Access Denied'],
  throttle: [503, 'SlowDown', 'Please reduce your request rate.'],
  500: [500, 'InternalError', 'We encountered an internal error. Please try again.'],
  503: [503, 'ServiceUnavailable', 'Service is unable to handle request.'],
};

const S3_STATUS = { NotImplemented: 501, PreconditionFailed: 412, NoSuchUpload: 404 }; // 400 of all others

// DynamoDB says where its errors are defined; Kinesis does not.
function dynamodbType(code) {
  const common = ['InvalidSignatureException', 'UnrecognizedClientException', 'ExpiredTokenException', 'AccessDeniedException',
    'IncompleteSignatureException', 'MissingAuthenticationTokenException', 'ThrottlingException'];
  return `${common.includes(code) ? 'com.amazon.coral.service' : 'com.amazonaws.dynamodb.v20120810'}#${code}`;
}

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function xml(status, code, message, more = {}) {
  const members = { Code: code, Message: message, ...more, RequestId: randomUUID(), HostId: 'test' };
  const body = Object.entries(members).map(([name, value]) => `<${name}>${escape(String(value))}</${name}>`).join('');
  return { status, code, headers: { 'Content-Type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${body}</Error>` };
}

function json(service, status, code, message) {
  const type = service === 'dynamodb' ? dynamodbType(code) : code;
  return { status, code, headers: { 'Content-Type': service === 'dynamodb' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1',
    'x-amzn-RequestId': randomUUID() }, body: JSON.stringify({ __type: type, message }) };
}

const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+/, '');

/** The answer of `service` to a refusal of this kind: {status, code, headers, body}. */
export function refusal(service, { kind, text, stamp, now, allowed }) {
  const table = { kinesis: KINESIS, dynamodb: DYNAMODB, s3: S3 }[service];
  const [status, code, message] = table[kind];
  if (service !== 's3') return json(service, status, code, text ?? message);
  const skew = kind === 'skew' && { RequestTime: stamp, ServerTime: iso(now), MaxAllowedSkewMilliseconds: allowed };
  return xml(status, code, message || text, skew || {});
}

/** S3's answer to a request whose signature is right and whose content is not. */
export const s3Refusal = (code, message) => xml(S3_STATUS[code] ?? 400, code, message);

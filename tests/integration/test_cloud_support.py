"""The AWS that other stories stand on is as strict as AWS: two signers that are not ours pass its verifier, every forgery is
refused with the service's own words, and its troubles are exactly those that were ordered."""
import base64
import datetime
import hashlib
import http.client
import json
import re
import ssl
import urllib.parse
import urllib.request

import pytest
from awscrt import auth
from awscrt import http as crt_http
from cloud import Refusal


def sign(cloud, service, method, path, body, headers=(), key=None, at=None):
    """The headers of a request, signed by Amazon's C library."""
    endpoint = getattr(cloud, service)
    key = key or cloud.key
    request = crt_http.HttpRequest(method, path, crt_http.HttpHeaders([("Host", f"127.0.0.1:{endpoint.port}"), *headers]))
    sha = hashlib.sha256(body).hexdigest()
    s3 = service == "s3"
    config = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4, signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(key.id, key.secret, key.token), region=cloud.region,
        service=service, date=at or datetime.datetime.now(datetime.timezone.utc), signed_body_value=sha,
        use_double_uri_encode=not s3, should_normalize_uri_path=not s3,
        signed_body_header_type=auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256 if s3 else auth.AwsSignedBodyHeaderType.NONE)
    return dict(auth.aws_sign_request(request, config).result(10).headers)


def send(endpoint, method, path, body, headers):
    """(status, code of the error, body, Date) of a request that goes out as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in (headers | {"Content-Length": len(body)}).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        text = answer.read().decode()
        code = re.search(r'"__type":"(?:[^"#]*#)?([^"]*)"|<Code>([^<]*)', text)
        return answer.status, code and (code[1] or code[2]), text, answer.getheader("Date")
    finally:
        connection.close()


def target(operation):
    prefix = "DynamoDB_20120810" if operation == "ListTables" else "Kinesis_20131202"
    version = "1.0" if operation == "ListTables" else "1.1"
    return [("X-Amz-Target", f"{prefix}.{operation}"), ("Content-Type", f"application/x-amz-json-{version}")]


def list_streams(cloud, body=b"{}", **named):
    return sign(cloud, "kinesis", "POST", "/", body, target("ListStreams"), **named)


def test_two_foreign_signers_pass(cloud):
    bucket = cloud.s3.make_bucket("signers")
    key = "raw/year=2026/a b/日é+&:,~.json.gz"
    temporary = cloud.temporary_key()
    cloud.s3.call("PutObject", key=temporary, Bucket=bucket, Key=key, Body={"base64": "aGVsbG8="}, ContentEncoding="gzip", ChecksumAlgorithm="SHA256")
    body = b"there"
    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    path = f"/{bucket}/" + urllib.parse.quote(key + ".2", safe="/-._~")
    headers = sign(cloud, "s3", "PUT", path, body, [("x-amz-checksum-sha256", checksum)], key=temporary)
    assert send(cloud.s3, "PUT", path, body, headers)[0] == 200
    assert {k: found["body"] for k, found in cloud.s3.read(bucket, "raw/").items()} == {key: b"hello", key + ".2": body}
    assert cloud.s3.read(bucket)[key]["encoding"] == "gzip"

    path = f"/{bucket}?list-type=2&prefix=raw%2Fyear%3D2026&delimiter="
    assert send(cloud.s3, "GET", path, b"", sign(cloud, "s3", "GET", path, b""))[0] == 200
    assert send(cloud.kinesis, "POST", "/", b"{}", list_streams(cloud, key=temporary))[0] == 200
    signed = sign(cloud, "dynamodb", "POST", "/", b"{}", target("ListTables"))
    assert send(cloud.dynamodb, "POST", "/", b"{}", signed)[0] == 200

    table = cloud.dynamodb.make_table("signers", jobid="S", version="N")
    item = {"jobid": {"S": "press"}, "version": {"N": "1"}, "job": {"M": {"tags": {"L": [{"BOOL": True}, {"NULL": True}]}}}}
    once = {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(jobid)"}
    cloud.dynamodb.call("PutItem", **once)
    with pytest.raises(Refusal, match="ConditionalCheckFailedException"):
        cloud.dynamodb.call("PutItem", **once)
    assert cloud.dynamodb.read(table) == [{"jobid": "press", "version": 1, "job": {"tags": [True, None]}}]
    assert cloud.dynamodb.stats()["errors"] == {"ConditionalCheckFailedException": 1}


def test_every_forgery_is_refused_by_its_name(cloud):
    def refused(headers, body=b"{}"):
        return send(cloud.kinesis, "POST", "/", body, headers)[:2]

    good = list_streams(cloud)
    flipped = good["Authorization"][:-1] + ("0" if good["Authorization"][-1] != "0" else "1")
    assert refused(good | {"Authorization": flipped}) == (400, "InvalidSignatureException")
    assert refused(good, b"{ }") == (400, "InvalidSignatureException")
    assert refused(list_streams(cloud, key=cloud.key._replace(secret="wrong"))) == (400, "InvalidSignatureException")
    assert refused(good | {"X-Amz-Target": "Kinesis_20131202.ListShards"}) == (400, "InvalidSignatureException")
    assert refused(good | {"X-Amz-Security-Token": "unsigned"}) == (400, "IncompleteSignatureException")
    assert refused({name: value for name, value in good.items() if name != "Authorization"}) == (400, "MissingAuthenticationTokenException")
    assert refused(list_streams(cloud, key=cloud.key._replace(id="AKIAUNKNOWN"))) == (400, "UnrecognizedClientException")
    temporary = cloud.temporary_key()
    assert refused(list_streams(cloud, key=temporary._replace(token="other"))) == (400, "UnrecognizedClientException")
    assert refused(list_streams(cloud, key=temporary)) == (200, None)
    cloud.expire()
    assert refused(list_streams(cloud, key=temporary)) == (400, "ExpiredTokenException")
    assert cloud.kinesis.stats()["accepted"] == 1


def test_s3_holds_the_body_to_its_hash_and_checksums(cloud):
    bucket = cloud.s3.make_bucket("bodies")

    def put(body, *headers, sent=None, **changed):
        signed = sign(cloud, "s3", "PUT", f"/{bucket}/a", body, headers)
        return send(cloud.s3, "PUT", f"/{bucket}/a", body if sent is None else sent, signed | changed)[:2]

    assert put(b"a", sent=b"b") == (400, "XAmzContentSHA256Mismatch")
    assert put(b"a", Host="elsewhere") == (403, "SignatureDoesNotMatch")
    assert put(b"a", ("x-amz-checksum-crc32", "AAAAAA==")) == (400, "BadDigest")
    assert put(b"123456789", ("x-amz-checksum-crc32", "y/Q5Jg==")) == (200, None)
    assert put(b"123456789", ("x-amz-checksum-crc32c", "4waSgw==")) == (200, None)
    assert put(b"a", ("content-encoding", "aws-chunked")) == (501, "NotImplemented")
    assert put(b"c", ("if-none-match", "*")) == (412, "PreconditionFailed")
    assert cloud.s3.read(bucket)["a"]["body"] == b"123456789"


def test_s3_holds_each_part_of_an_upload_to_its_checksum(cloud):
    bucket, body = cloud.s3.make_bucket("parts"), {"base64": base64.b64encode(b"part").decode()}
    upload = cloud.s3.call("CreateMultipartUpload", Bucket=bucket, Key="a", ChecksumAlgorithm="SHA256")["UploadId"]
    of = {"Bucket": bucket, "Key": "a", "UploadId": upload}
    with pytest.raises(Refusal, match="Checksum Type mismatch"):
        cloud.s3.call("UploadPart", **of, PartNumber=1, Body=body)
    first = cloud.s3.call("UploadPart", **of, PartNumber=1, Body=body, ChecksumAlgorithm="SHA256")
    second = cloud.s3.call("UploadPart", **of, PartNumber=2, Body=body, ChecksumAlgorithm="SHA256")
    parts = [{"PartNumber": 1, "ETag": first["ETag"]}, {"PartNumber": 2, "ETag": second["ETag"]}]
    assert cloud.s3.stats()["openUploads"] == 1
    for tried, code in ((parts[:1], "InvalidRequest"), (parts, "EntityTooSmall"), (parts[::-1], "InvalidPartOrder")):
        with pytest.raises(Refusal) as refusal:
            cloud.s3.call("CompleteMultipartUpload", **of, MultipartUpload={"Parts": tried})
        assert refusal.value.name == code
    whole = [parts[0] | {"ChecksumSHA256": first["ChecksumSHA256"]}]
    cloud.s3.call("CompleteMultipartUpload", **of, MultipartUpload={"Parts": whole})
    assert cloud.s3.read(bucket)["a"]["body"] == b"part"
    upload = cloud.s3.call("CreateMultipartUpload", Bucket=bucket, Key="b")["UploadId"]
    assert cloud.s3.stats()["openUploads"] == 1
    cloud.s3.call("AbortMultipartUpload", Bucket=bucket, Key="b", UploadId=upload)
    assert cloud.s3.stats()["openUploads"] == 0


def test_a_clock_that_is_wrong_is_told_the_time(cloud):
    cloud.clock(-360)
    status, code, text, date = send(cloud.kinesis, "POST", "/", b"{}", list_streams(cloud))
    assert (status, code) == (400, "InvalidSignatureException") and "Signature not yet current" in text
    cloud.clock(1000)
    status, code, text, date = send(cloud.kinesis, "POST", "/", b"{}", list_streams(cloud))
    assert (status, code) == (400, "InvalidSignatureException") and "Signature expired: " in text
    told = datetime.datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=datetime.timezone.utc)
    assert send(cloud.kinesis, "POST", "/", b"{}", list_streams(cloud, at=told))[0] == 200
    assert send(cloud.s3, "GET", "/", b"", sign(cloud, "s3", "GET", "/", b""))[:2] == (403, "RequestTimeTooSkewed")


def put_records(cloud, stream, values, key=str):
    records = [{"PartitionKey": key(value), "Data": {"base64": base64.b64encode(str(value).encode()).decode()}} for value in values]
    return cloud.kinesis.call("PutRecords", StreamName=stream, Records=records)


def test_a_partial_failure_stores_exactly_the_others(cloud):
    stream = cloud.kinesis.make_stream("partial", shards=2)
    cloud.kinesis.fault("partial", count=1, every=3)
    answer = put_records(cloud, stream, range(30))
    failed = [i for i, record in enumerate(answer["Records"]) if record.get("ErrorCode")]
    assert answer["FailedRecordCount"] == len(failed) == 10
    assert {answer["Records"][i]["ErrorCode"] for i in failed} == {"ProvisionedThroughputExceededException"}
    stored = cloud.kinesis.read(stream)
    assert sorted(int(record["data"]) for record in stored) == [i for i in range(30) if i not in failed]
    by_sequence = {record["sequence"]: int(record["data"]) for record in stored}
    assert all(by_sequence[record["SequenceNumber"]] == i for i, record in enumerate(answer["Records"]) if i not in failed)
    assert len({record["shard"] for record in stored}) == 2

    assert put_records(cloud, stream, failed)["FailedRecordCount"] == 0
    stats = cloud.kinesis.stats()
    assert (stats["requests"], stats["records"], stats["stored"]) == (2, 40, 30)
    assert stats["errors"] == {"ProvisionedThroughputExceededException": 10}


def test_a_shard_takes_no_more_than_a_second_holds(cloud):
    stream = cloud.kinesis.make_stream("limits")
    cloud.kinesis.limit(recordsPerSecond=5, bytesPerSecond=1 << 20)
    assert put_records(cloud, stream, range(8))["FailedRecordCount"] == 3
    with pytest.raises(Refusal, match="InvalidArgumentException"):
        put_records(cloud, stream, ["x" * (1 << 20)], key=lambda _: "k")
    cloud.kinesis.unlimited()
    assert put_records(cloud, stream, range(500))["FailedRecordCount"] == 0


def test_faults_are_as_ordered_and_end(cloud):
    stream = cloud.kinesis.make_stream("faults")
    cloud.kinesis.fault("throttle", count=1)
    cloud.kinesis.fault("error", count=1, status=503)
    for name in ("ProvisionedThroughputExceededException", "ServiceUnavailableException"):
        with pytest.raises(Refusal) as refusal:
            put_records(cloud, stream, [1])
        assert refusal.value.name == name
    for kind, value, after in (("cut-request", 2, 10), ("cut-answer", 3, 10), ("cut-answer", 4, 0), ("cut-answer", 5, 1 << 20)):
        cloud.kinesis.fault(kind, count=1, operation="PutRecords", after=after)
        with pytest.raises(Refusal):
            put_records(cloud, stream, [value])
    # An answer that was cut is of work that was done.
    assert [record["data"] for record in cloud.kinesis.read(stream)] == [b"3", b"4", b"5"]
    cloud.kinesis.fault("stall", count=1)
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(cloud.kinesis.url, timeout=0.2)
    cloud.kinesis.down()
    with pytest.raises(ConnectionRefusedError):
        send(cloud.kinesis, "POST", "/", b"{}", {})
    cloud.kinesis.up()
    cloud.kinesis.fault("denied")
    with pytest.raises(Refusal, match="AccessDenied"):
        put_records(cloud, stream, [4])
    cloud.kinesis.heal()
    put_records(cloud, stream, [5])


def get(url, headers=(), context=None, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers), method=method), timeout=10, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_keys_come_from_a_certificate(cloud, tmp_path):
    iot = cloud.start_iot(tmp_path, alias="m2c2-role", thing="press-1")

    def context(name):
        made = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        if name:
            made.load_cert_chain(tmp_path / f"{name}.pem", tmp_path / f"{name}.key")
        return made

    def ask(alias="m2c2-role", thing="press-1", certificate="device"):
        status, text = get(f"{iot.url}/role-aliases/{alias}/credentials", {"x-amzn-iot-thingname": thing}, context(certificate))
        return status, json.loads(text)

    assert ask(thing="press-2") == (403, {"message": "Invalid thing name passed"})
    assert ask(alias="m2c2-forbidden") == (403, {"message": "Access Denied"})
    assert ask(alias="no-such") == (404, {"message": "Role alias does not exist"})
    for certificate in ("stranger", None):
        assert ask(certificate=certificate) == (403, {"message": "Certificate is invalid on this endpoint"})
    cloud.lifetime(900)
    status, answer = ask()
    given = answer["credentials"]
    left = datetime.datetime.fromisoformat(given["expiration"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
    assert status == 200 and 800 < left.total_seconds() <= 900
    key = cloud.key._replace(id=given["accessKeyId"], secret=given["secretAccessKey"], token=given["sessionToken"])
    cloud.kinesis.call("ListStreams", key=key)
    cloud.clock(901)
    with pytest.raises(Refusal) as refusal:
        signed_late = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=901)
        outcome = send(cloud.kinesis, "POST", "/", b"{}", list_streams(cloud, key=key, at=signed_late))
        raise Refusal(outcome[1], outcome[2], outcome[0])
    assert refusal.value.name == "ExpiredTokenException"


def test_keys_come_from_a_container_and_an_instance(cloud):
    assert get(f"{cloud.container.url}/creds", {"Authorization": "other"})[0] == 401
    status, text = get(f"{cloud.container.url}/creds", {"Authorization": cloud.container_token})
    given = [json.loads(text)]

    base = f"{cloud.metadata.url}/latest"
    roles = f"{base}/meta-data/iam/security-credentials/"
    assert get(roles)[0] == 401 and get(f"{base}/api/token", method="PUT")[0] == 400
    token = get(f"{base}/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"}, method="PUT")[1]
    with_token = {"X-aws-ec2-metadata-token": token}
    role = get(roles, with_token)[1]
    given.append(json.loads(get(roles + role, with_token)[1]))
    for each in given:
        cloud.kinesis.call("ListStreams", key=cloud.key._replace(id=each["AccessKeyId"], secret=each["SecretAccessKey"], token=each["Token"]))

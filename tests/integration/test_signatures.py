"""Our signatures beside those of Amazon's own signer, and an object so large that it goes in parts."""
import datetime
import hashlib
import json
import os
import random
import subprocess

from plant import BUILD

auth = __import__("pytest").importorskip("awscrt.auth", reason="python3-awscrt is not installed")
from awscrt.http import HttpHeaders, HttpRequest  # noqa: E402

SCOPE = {"key": "AKIDEXAMPLE", "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
LETTERS = "abzAZ019-._~ /=+&:,!*'()@$;%é日\u1234"


def request(chance):
    """A request as a service of ours may send it: any key of an object, any query, any header."""
    from urllib.parse import quote
    text = lambda most: "".join(chance.choices(LETTERS, k=chance.randint(1, most)))
    service = chance.choice(["s3", "kinesis", "dynamodb"])
    path = quote(text(30).replace("//", "/").strip("/"), safe="/-._~") if service == "s3" else ""
    query = [f"{quote(text(8), safe='-._~')}={quote(text(8), safe='-._~')}" for _ in range(chance.randint(0, 4))]
    url = f"https://example.amazonaws.com/{path}" + ("?" + "&".join(query) if query else "")
    headers = [[f"x-amz-meta-{i}", text(12).encode().decode("ascii", "ignore") or "v"] for i in range(chance.randint(0, 3))]
    return {"method": chance.choice(["GET", "PUT", "POST"]), "url": url, "headers": headers, "body": text(200),
            "token": chance.choice(["", "token+of/session="]), "region": "eu-central-1", "service": service,
            "time": chance.randint(1_500_000_000, 1_900_000_000)} | SCOPE


def amazons(given):
    """The authorization that Amazon's signer gives the same request."""
    is_s3 = given["service"] == "s3"
    target = given["url"].removeprefix("https://example.amazonaws.com")
    headers = HttpHeaders([("host", "example.amazonaws.com"), *map(tuple, given["headers"])])
    config = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4, signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(given["key"], given["secret"], given["token"] or None),
        region=given["region"], service=given["service"],
        date=datetime.datetime.fromtimestamp(given["time"], datetime.timezone.utc),
        use_double_uri_encode=not is_s3, should_normalize_uri_path=not is_s3,
        signed_body_value=hashlib.sha256(given["body"].encode()).hexdigest(),
        signed_body_header_type=auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256 if is_s3 else auth.AwsSignedBodyHeaderType.NONE)
    signed = auth.aws_sign_request(HttpRequest(given["method"], target, headers), config).result(10)
    return signed.headers.get("Authorization")


def test_signatures_are_those_of_amazons_signer():
    chance = random.Random(2026)
    requests = [request(chance) for _ in range(400)]
    lines = "".join(json.dumps(each) + "\n" for each in requests)
    ours = subprocess.run([BUILD / "m2c2-test-aws", "sign"], input=lines, capture_output=True, text=True, check=True)
    for given, signed in zip(requests, ours.stdout.splitlines(), strict=True):
        assert signed == amazons(given), given


def test_a_large_object_goes_in_parts_and_is_there_whole(cloud, tmp_path):
    bucket = cloud.s3.make_bucket("large-objects")
    content = os.urandom(20 << 20)
    (tmp_path / "object").write_bytes(content)
    cloud.s3.fault("error", status=503, count=2)
    subprocess.run([BUILD / "m2c2-test-aws", "put", f"s3://{bucket}/raw", cloud.s3.url, cloud.region, tmp_path / "object",
                    "year=2026/a b+ü.gz"], check=True, env=os.environ | cloud.environment())
    found = cloud.s3.read(bucket)
    assert list(found) == ["raw/year=2026/a b+ü.gz"]
    assert found["raw/year=2026/a b+ü.gz"]["body"] == content
    assert cloud.s3.stats()["operations"].get("UploadPart", 0) >= 3, cloud.s3.stats()

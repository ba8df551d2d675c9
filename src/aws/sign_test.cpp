// Signature Version 4 against AWS's own vectors (aws-c-auth, tests/aws-signing-test-suite, v4).
// SPDX-License-Identifier: Apache-2.0
#include "aws/sign.hpp"

#include <gmock/gmock.h>

namespace m2c2::aws {
namespace {

using namespace std::chrono_literals;

const Credentials kKey{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
const Scope kScope{"us-east-1", "service"};
constexpr WallTime kThen{std::chrono::sys_days{std::chrono::August / 30 / 2015} + 12h + 36min};

struct Vector {
  const char* name;
  HttpRequest request;
  const char* signature;
  const char* signed_headers = "host;x-amz-date";
};

HttpRequest get(const char* path, Headers headers = {}) {
  return {.url = std::string{"https://example.amazonaws.com"} + path, .headers = std::move(headers)};
}

std::vector<Vector> vectors() {
  return {
      {"get-vanilla", get("/"), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-vanilla-empty-query-key", get("/?Param1=value1"),
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-key-case", get("/?Param2=value2&Param1=value1"),
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-order-encoded", get("/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1"),
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-utf8", get("/ሴ"), "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-space-normalized", get("/example space/"),
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
      {"get-slashes-normalized", get("//example//"),
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"get-slash-pointless-dot-normalized", get("/./example"),
       "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
      {"get-relative-relative-normalized", get("/example1/example2/../.."),
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-header-key-duplicate",
       get("/", {{"my-header1", "value2"}, {"my-header1", "value2"}, {"my-header1", "value1"}}),
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea", "host;my-header1;x-amz-date"},
      {"get-header-value-trim", get("/", {{"my-header1", " value1"}, {"my-header2", " \"a   b   c\""}}),
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736", "host;my-header1;my-header2;x-amz-date"},
      {"post-x-www-form-urlencoded",
       {.method = "POST",
        .url = "https://example.amazonaws.com/",
        .headers = {{"content-type", "application/x-www-form-urlencoded"}},
        .body = "Param1=value1"},
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
       "content-type;host;x-amz-date"},
  };
}

std::string expected(const char* headers, const char* signature) {
  return std::string{
             "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="} +
         headers + ", Signature=" + signature;
}

TEST(Sign, GivesTheSignaturesOfTheOfficialVectors) {
  for (Vector& vector : vectors()) {
    sign(vector.request, kKey, kScope, kThen);
    EXPECT_EQ(header(vector.request.headers, "authorization"), expected(vector.signed_headers, vector.signature))
        << vector.name;
  }
}

TEST(Sign, SignsTheTokenOfTemporaryCredentials) {
  HttpRequest request = get("/");
  Credentials temporary = kKey;
  temporary.session_token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
  sign(request, temporary, kScope, kThen);
  EXPECT_EQ(header(request.headers, "authorization"),
            expected("host;x-amz-date;x-amz-security-token",
                     "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"));
}

TEST(Sign, GivesTheSignatureOfTheS3Guide) {
  HttpRequest request{
      .method = "PUT",
      .url = "https://examplebucket.s3.amazonaws.com/test%24file.text",
      .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
      .body = "Welcome to Amazon S3."};
  sign(request, {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}, {"us-east-1", "s3"},
       WallTime{std::chrono::sys_days{std::chrono::May / 24 / 2013}});
  EXPECT_EQ(header(request.headers, "x-amz-content-sha256"),
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  EXPECT_THAT(header(request.headers, "authorization"),
              testing::EndsWith("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(Sign, SignsAnewWhatWasSignedBefore) {
  HttpRequest once = get("/");
  HttpRequest twice = get("/");
  sign(twice, kKey, kScope, kThen - 10min);
  sign(once, kKey, kScope, kThen);
  sign(twice, kKey, kScope, kThen);
  EXPECT_EQ(once.headers, twice.headers);
}

TEST(Sign, LeavesAPortThatIsNotTheSchemesInTheHost) {
  HttpRequest request{.url = "http://127.0.0.1:4567/"};
  sign(request, kKey, kScope, kThen);
  EXPECT_EQ(header(request.headers, "host"), "127.0.0.1:4567");
}

TEST(Sign, EncodesWhatIsNotUnreserved) {
  EXPECT_EQ(uri_encoded("a b/é=+~"), "a%20b%2F%C3%A9%3D%2B~");
  EXPECT_EQ(uri_encoded("year=2026/a", true), "year%3D2026/a");
}

}  // namespace
}  // namespace m2c2::aws

// Objects of a bucket, in one piece and in parts, as a dialogue.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/archive/s3_sink.hpp"

#include <gmock/gmock.h>

#include "aws/scripted_http_test.hpp"
#include "net/virtual_loop.hpp"

namespace m2c2::exporters {
namespace {

using namespace std::chrono_literals;
using aws::header;
using testing::HasSubstr;

class S3SinkTest : public testing::Test {
 protected:
  S3SinkTest() {
    auto http = std::make_unique<aws::ScriptedHttp>();
    http_ = http.get();
    const S3Place place = parse_s3_place("s3://plant/raw");
    sink_ = std::make_unique<S3Sink>(std::make_unique<aws::Client>(
                                         std::move(http), loop_, aws::IotCredentials{},
                                         [](const std::string&) { return std::optional<std::string>{"k"}; },
                                         aws::ServiceOptions{.service = "s3",
                                                             .region = "eu-central-1",
                                                             .endpoint = s3_endpoint(place, "eu-central-1", ""),
                                                             .attempts = 2}),
                                     place);
  }
  net::Task<> put_into(std::optional<Result<>>& done, std::string_view key, std::string_view bytes) {
    done = co_await sink_->put(key, bytes);
  }
  Result<> put(std::string_view key, std::string_view bytes) {
    std::optional<Result<>> done;
    loop_.spawn(put_into(done, key, bytes));
    loop_.advance(1min);
    return done.value();
  }

  net::VirtualLoop loop_;
  aws::ScriptedHttp* http_ = nullptr;
  std::unique_ptr<S3Sink> sink_;
};

TEST(S3Place, IsABucketAndAPrefix) {
  EXPECT_EQ(parse_s3_place("s3://plant").bucket, "plant");
  EXPECT_EQ(parse_s3_place("s3://plant").prefix, "");
  EXPECT_EQ(parse_s3_place("s3://plant/a/b").prefix, "a/b/");
  EXPECT_EQ(s3_endpoint({.bucket = "plant"}, "cn-north-1", ""), "https://plant.s3.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(s3_endpoint({.bucket = "my.plant"}, "eu-west-1", ""), "https://s3.eu-west-1.amazonaws.com/my.plant");
  EXPECT_EQ(s3_endpoint({.bucket = "plant"}, "eu-west-1", "http://127.0.0.1:1/"), "http://127.0.0.1:1/plant");
}

TEST_F(S3SinkTest, PutsAnObjectWholeWithItsChecksum) {
  http_->answer(200, "", {{"etag", "\"1\""}});
  EXPECT_TRUE(put("2026/01/01/00/line 1=a.gz", "bytes"));
  ASSERT_EQ(http_->sent.size(), 1u);
  EXPECT_EQ(http_->sent[0].method, "PUT");
  EXPECT_EQ(http_->sent[0].url, "https://plant.s3.eu-central-1.amazonaws.com/raw/2026/01/01/00/line%201%3Da.gz");
  EXPECT_EQ(header(http_->sent[0].headers, "x-amz-checksum-sha256"), aws::sha256_base64("bytes"));
  EXPECT_EQ(http_->sent[0].body, "bytes");
}

TEST_F(S3SinkTest, PutsALargeObjectInPartsThatMakeItWhole) {
  const std::string large(2 * S3Sink::kPartSize + 100, 'x');
  http_->answer(200, "<R><UploadId>u+1</UploadId></R>")
      .answer(200, "", {{"etag", "\"1\""}})
      .answer(503, "<Error><Code>SlowDown</Code></Error>")
      .answer(200, "", {{"etag", "\"2\""}})
      .answer(200, "", {{"etag", "\"3\""}})
      .answer(200, "<R><ETag>all</ETag></R>");
  EXPECT_TRUE(put("k", large));
  ASSERT_EQ(http_->sent.size(), 6u);
  EXPECT_THAT(http_->sent[0].url, testing::EndsWith("/raw/k?uploads="));
  std::string sent;
  for (const std::size_t part : {1U, 3U, 4U}) sent += http_->sent[part].body.bytes();
  EXPECT_EQ(sent, large);
  EXPECT_THAT(http_->sent[4].url, testing::EndsWith("?partNumber=3&uploadId=u%2B1"));
  EXPECT_THAT(http_->sent[5].body.bytes(), HasSubstr("<PartNumber>3</PartNumber><ETag>\"3\"</ETag>"));
}

TEST_F(S3SinkTest, TakesAnErrorInTheBodyOfTheLastAnswerForOneAndLeavesNoParts) {
  http_->answer(200, "<R><UploadId>u</UploadId></R>");
  for (int part = 0; part < 3; ++part) http_->answer(200, "", {{"etag", "\"e\""}});
  http_->answer(200, "<Error><Code>InternalError</Code></Error>").answer(204, "");
  const auto done = put("k", std::string(2 * S3Sink::kPartSize + 100, 'x'));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("InternalError"));
  EXPECT_EQ(http_->sent.back().method, "DELETE");
}

TEST_F(S3SinkTest, TakesNoPortalForABucket) {
  http_->answer(200, "<html>sign in\nto the guest network</html>");
  const auto done = put("k", "bytes");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("sign in to the guest network</html>; is a proxy"));
}

TEST_F(S3SinkTest, TakesNoPortalForABucketThatTakesParts) {
  const std::string large(2 * S3Sink::kPartSize + 100, 'x');
  const std::string portal = "<html>sign in</html>";
  http_->answer(200, portal);
  EXPECT_THAT(put("k", large).error().text,
              HasSubstr("https://plant.s3.eu-central-1.amazonaws.com: this is no answer of S3, for it has no UploadId: "
                        "<html>sign in</html>; is a proxy"));
  http_->answer(200, "<R><UploadId>u</UploadId></R>");
  for (int part = 0; part < 3; ++part) http_->answer(200, "", {{"etag", "\"e\""}});
  http_->answer(200, portal).answer(204, "");
  EXPECT_THAT(put("k", large).error().text, HasSubstr("no answer of S3, for it has no ETag: <html>sign in</html>; is"));
  EXPECT_EQ(http_->sent.back().method, "DELETE");
}

TEST_F(S3SinkTest, SaysWhatToDoWhereThereIsNoBucket) {
  http_->answer(404, "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>");
  const auto done = put("k", "bytes");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("create the bucket"));
}

}  // namespace
}  // namespace m2c2::exporters

// PutObject, or CreateMultipartUpload, UploadPart and CompleteMultipartUpload (S3 API reference).
// SPDX-License-Identifier: Apache-2.0
#include "exporters/archive/s3_sink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aws/xml.hpp"
#include "base/foreign_text.hpp"

namespace m2c2::exporters {
namespace {

constexpr std::string_view kScheme = "s3://";

std::string_view remedy(std::string_view type) {
  if (type == "NoSuchBucket") return "; create the bucket, or set path of the exporter";
  if (type == "PermanentRedirect" || type == "AuthorizationHeaderMalformed")
    return "; set [aws] region to the bucket's";
  return {};
}

}  // namespace

S3Place parse_s3_place(std::string_view url) {
  url.remove_prefix(std::min(kScheme.size(), url.size()));
  const std::size_t slash = std::min(url.find('/'), url.size());
  S3Place place{.bucket = std::string{url.substr(0, slash)},
                .prefix = std::string{url.substr(std::min(slash + 1, url.size()))},
                .kms_key_id = {}};
  if (!place.prefix.empty() && !place.prefix.ends_with('/')) place.prefix += '/';
  return place;
}

std::string s3_endpoint(const S3Place& place, std::string_view region, std::string_view endpoint) {
  while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  if (!endpoint.empty()) return fmt::format("{}/{}", endpoint, place.bucket);
  const std::string_view domain = aws::domain_of(region);
  // The certificate's wildcard covers one level, so a bucket with a dot in its name goes into the path.
  if (place.bucket.contains('.')) return fmt::format("https://s3.{}.{}/{}", region, domain, place.bucket);
  return fmt::format("https://{}.s3.{}.{}", place.bucket, region, domain);
}

S3Sink::S3Sink(std::unique_ptr<aws::Client> client, S3Place place)
    : client_{std::move(client)}, place_{std::move(place)} {}

net::Task<Result<>> S3Sink::put(std::string_view key, std::string_view bytes) {
  std::string path = "/" + aws::uri_encoded(place_.prefix + std::string{key}, true);
  if (bytes.size() <= kMostInOne) co_return co_await put_in_one(std::move(path), bytes);
  co_return co_await put_in_parts(std::move(path), bytes);
}

aws::Headers S3Sink::headers_of_object() const {
  aws::Headers headers{{"content-type", "application/gzip"}};
  if (!place_.kms_key_id.empty()) {
    headers.push_back({"x-amz-server-side-encryption", "aws:kms"});
    headers.push_back({"x-amz-server-side-encryption-aws-kms-key-id", place_.kms_key_id});
  }
  return headers;
}

/// Only what is carried out is an answer.
net::Task<S3Sink::Answer> S3Sink::call(aws::Call call) {
  auto answer = co_await client_->call(std::move(call));
  if (!answer || answer->is_success()) co_return answer;
  Error error = aws::error_of(client_->options(), *answer);
  error.text += remedy(aws::refusal_of(*answer).type);
  co_return std::unexpected{std::move(error)};
}

/// A proxy or a portal answers 200 as well, and stores nothing.
Result<> S3Sink::is_stored(const Answer& answer) const {
  if (!answer) return std::unexpected{answer.error()};
  if (!aws::header(answer->headers, "etag").empty()) return {};
  return no_answer_of_s3("ETag", answer->body);
}

std::unexpected<Error> S3Sink::no_answer_of_s3(std::string_view lacks, std::string_view body) const {
  return fail(aws::AwsError::unreadable,
              fmt::format("{}: this is no answer of S3, for it has no {}: {}; is a proxy or a portal in between?",
                          client_->options().endpoint, lacks, foreign_text(body)));
}

net::Task<Result<>> S3Sink::put_in_one(std::string path, std::string_view bytes) {
  aws::Call put{.method = "PUT", .path = std::move(path), .headers = headers_of_object(), .body = std::string{bytes}};
  put.headers.push_back({"x-amz-checksum-sha256", aws::sha256_base64(bytes)});
  const Answer answer = co_await call(std::move(put));
  co_return is_stored(answer);
}

net::Task<Result<>> S3Sink::put_in_parts(std::string path, std::string_view bytes) {
  aws::Call create{.path = path, .query = {{"uploads", ""}}, .headers = headers_of_object()};
  create.headers.push_back({"x-amz-checksum-algorithm", "SHA256"});
  const Answer created = co_await call(std::move(create));
  if (!created) co_return std::unexpected{created.error()};
  const std::string upload{aws::element_at(created->body, "UploadId")};
  if (upload.empty()) co_return no_answer_of_s3("UploadId", created->body);
  Result<> done;
  if (auto parts = co_await put_parts(path, upload, bytes); !parts) done = std::unexpected{std::move(parts).error()};
  else done = is_complete(co_await call({.path = path, .query = {{"uploadId", upload}}, .body = *std::move(parts)}));
  if (!done) co_await call({.method = "DELETE", .path = path, .query = {{"uploadId", upload}}});
  co_return done;
}

/// S3 answers 200 before it knows, and says an error in the body.
Result<> S3Sink::is_complete(const Answer& answer) const {
  if (!answer) return std::unexpected{answer.error()};
  if (!aws::element_at(answer->body, "ETag").empty()) return {};
  if (aws::refusal_of(*answer).type.empty()) return no_answer_of_s3("ETag", answer->body);
  return std::unexpected{aws::error_of(client_->options(), *answer)};
}

/// The body that completes the upload.
net::Task<Result<std::string>> S3Sink::put_parts(std::string path, std::string upload, std::string_view bytes) {
  std::string complete = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (std::size_t number = 1, at = 0; at < bytes.size(); ++number, at += kPartSize) {
    const std::string_view part = bytes.substr(at, kPartSize);
    const std::string checksum = aws::sha256_base64(part);
    const Answer answer = co_await call({.method = "PUT",
                                         .path = path,
                                         .query = {{"partNumber", fmt::format("{}", number)}, {"uploadId", upload}},
                                         .headers = {{"x-amz-checksum-sha256", checksum}},
                                         .body = std::string{part}});
    if (auto stored = is_stored(answer); !stored) co_return std::unexpected{stored.error()};
    complete +=
        fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag><ChecksumSHA256>{}</ChecksumSHA256></Part>",
                    number, aws::header(answer->headers, "etag"), checksum);
  }
  co_return complete + "</CompleteMultipartUpload>";
}

}  // namespace m2c2::exporters

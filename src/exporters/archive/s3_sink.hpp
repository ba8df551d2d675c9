// The archive in a bucket: an object is an object.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "aws/client.hpp"
#include "exporters/archive/object_sink.hpp"

namespace m2c2::exporters {

struct S3Place {
  std::string bucket;
  std::string prefix = {};      ///< before every key; empty, or with a `/` at its end
  std::string kms_key_id = {};  ///< encrypts the objects; empty: the bucket's own way
};

/// Of "s3://bucket/prefix".
S3Place parse_s3_place(std::string_view url);
/// Where the bucket is asked: a host of its own, or a path of `endpoint` where one is given.
std::string s3_endpoint(const S3Place&, std::string_view region, std::string_view endpoint);

/// Objects go whole, each with its SHA-256; large ones in parts, which S3 shows only when all are there.
class S3Sink final : public ObjectSink {
 public:
  static constexpr std::size_t kPartSize = std::size_t{8} << 20;
  static constexpr std::size_t kMostInOne = std::size_t{16} << 20;  ///< beyond it, in parts

  /// The client's endpoint is s3_endpoint().
  S3Sink(std::unique_ptr<aws::Client>, S3Place);

  net::Task<Result<>> put(std::string_view key, std::string_view bytes) override;
  void stop() override { client_->stop(); }

 private:
  using Answer = Result<aws::HttpResponse>;

  net::Task<Result<>> put_in_one(std::string path, std::string_view bytes);
  net::Task<Result<>> put_in_parts(std::string path, std::string_view bytes);
  net::Task<Result<std::string>> put_parts(std::string path, std::string upload, std::string_view bytes);
  net::Task<Answer> call(aws::Call);
  Result<> is_stored(const Answer&) const;
  Result<> is_complete(const Answer&) const;
  std::unexpected<Error> no_answer_of_s3(std::string_view lacks, std::string_view body) const;
  aws::Headers headers_of_object() const;

  std::unique_ptr<aws::Client> client_;
  S3Place place_;
};

}  // namespace m2c2::exporters

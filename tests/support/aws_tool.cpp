// For stories about AWS: signs requests, to be compared with another signer, and puts a file into a bucket.
// SPDX-License-Identifier: Apache-2.0
//
//   m2c2-test-aws sign        reads a request a line, JSON; prints its authorization a line
//   m2c2-test-aws put URL ENDPOINT REGION FILE KEY       with the credentials of the environment
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "aws/sign.hpp"
#include "exporters/archive/s3_sink.hpp"

namespace m2c2 {
namespace {

std::string sign_line(const std::string& line) {
  const boost::json::value given = boost::json::parse(line);
  const auto text = [&](const char* name) { return std::string{given.at(name).as_string()}; };
  aws::HttpRequest request{.method = text("method"), .url = text("url"), .body = text("body")};
  for (const auto& header : given.at("headers").as_array())
    request.headers.push_back({std::string{header.at(0).as_string()}, std::string{header.at(1).as_string()}});
  aws::sign(request, {text("key"), text("secret"), text("token")}, {text("region"), text("service")},
            WallTime{std::chrono::seconds{given.at("time").as_int64()}});
  return std::string{aws::header(request.headers, "authorization")};
}

std::optional<std::string> from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>{value} : std::nullopt;
}

net::Task<> put(exporters::S3Sink& sink, net::EventLoop& loop, std::string key, std::string bytes, int& status) {
  const Result<> done = co_await sink.put(key, bytes);
  if (!done) std::cerr << done.error().text << '\n';
  status = done ? 0 : 1;
  loop.stop();
}

int put_file(const std::string& url, const std::string& endpoint, const std::string& region, const std::string& file,
             const std::string& key) {
  std::ifstream in{file, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  const exporters::S3Place place = exporters::parse_s3_place(url);
  net::EventLoop loop;
  auto client = std::make_unique<aws::Client>(
      aws::make_http(), loop, aws::IotCredentials{}, from_environment,
      aws::ServiceOptions{
          .service = "s3", .region = region, .endpoint = exporters::s3_endpoint(place, region, endpoint)});
  exporters::S3Sink sink{std::move(client), place};
  int status = 1;
  loop.spawn(put(sink, loop, key, std::move(bytes), status));
  loop.run();
  return status;
}

}  // namespace
}  // namespace m2c2

int main(int count, char** given) {
  const std::vector<std::string> arguments{given + 1, given + count};
  if (arguments.size() == 6 && arguments[0] == "put")
    return m2c2::put_file(arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  if (arguments.size() != 1 || arguments[0] != "sign") return 2;
  for (std::string line; std::getline(std::cin, line);) std::cout << m2c2::sign_line(line) << '\n';
}

// Calls DynamoDB over HTTP from a thread that may wait, as the store's does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "aws/client.hpp"
#include "net/event_loop.hpp"
#include "store/dynamodb/api.hpp"
#include "store/dynamodb/open.hpp"

namespace m2c2::store::dynamodb {

/// A loop on a thread of its own, where the requests run. A call ends within the times of DynamoOptions.
class Connection final : public Api {
 public:
  Connection(std::unique_ptr<aws::Http>, const DynamoOptions&);
  ~Connection() override;

  Result<boost::json::object> call(std::string_view operation, const boost::json::object& body) override;
  void stop() override;

 private:
  aws::Call call_of(std::string_view operation, const boost::json::object& body) const;
  std::unexpected<Error> pause_after(const Error&, bool was_change);
  Result<boost::json::object> read(const aws::HttpResponse&) const;
  std::unexpected<Error> refusal(const aws::HttpResponse&) const;
  std::unexpected<Error> refuse(std::string_view why, std::string_view remedy = {}) const;
  std::string_view remedy_for(const Error&) const;

  std::string table_;
  Duration pause_;
  SteadyTime paused_until_;  ///< with `why_`
  Error why_;
  net::EventLoop loop_;
  aws::Client client_;  // goes before the loop, which its thread posts to
  std::thread thread_;
};

}  // namespace m2c2::store::dynamodb

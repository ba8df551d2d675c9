// Runs a plan over a session.
// SPDX-License-Identifier: Apache-2.0
#include "machines/slmp/connector.hpp"

#include <fmt/format.h>

#include <utility>

#include "machines/slmp/answer.hpp"
#include "machines/slmp/plan.hpp"
#include "machines/slmp/session.hpp"
#include "protocols/slmp/end_code.hpp"

namespace m2c2::machines {
namespace {

/// Too many points (C051 to C054), or a request or an answer of too many bytes.
bool is_too_much(std::uint16_t end_code) {
  return slmp::describe_end_code(end_code).kind == slmp::EndCodeClass::points || end_code == 0xCEE1 ||
         end_code == 0xCEE2;
}

class SlmpConnector final : public Connector {
 public:
  SlmpConnector(net::Loop& loop, std::unique_ptr<net::Transport> transport, job::SlmpJob job, std::string where)
      : loop_{loop},
        job_{std::move(job)},
        usual_limits_{slmp::limits_for(job_.connectivity.format.code)},
        allowances_(job_.attributes.size(), SlmpAllowance{usual_limits_, {}}),
        plan_{plan_within(job_, allowances_)},
        answers_{job_.connectivity.format.code, job_.value_format},
        transport_{std::move(transport)},
        session_{loop_, *transport_, SlmpPeer{std::move(where), job_.connectivity}} {}

  const std::vector<std::string>& tags() const override { return plan_.tags; }
  net::Task<Result<>> open() override { return session_.open(); }
  net::Task<Result<telemetry::Samples>> read() override;
  net::Task<Result<Probed>> probe() override;
  Duration patience() const override { return session_.patience(); }
  void close() override { session_.close(); }

 private:
  net::Task<Result<std::string>> why_unfit(const SlmpCommand&, SlmpRequest&, std::size_t bytes);
  net::Task<Result<bool>> is_out_of_step(SlmpRequest&, std::size_t bytes);
  std::string why_refused(const SlmpCommand&, const SlmpRequest&, const slmp::Response&);
  std::string ask_for_less(const SlmpCommand&, const SlmpRequest&);

  net::Loop& loop_;
  job::SlmpJob job_;
  slmp::Limits usual_limits_;
  std::vector<SlmpAllowance> allowances_;  ///< of each attribute
  bool allowances_changed_ = false;        ///< the plan is of other ones
  SlmpPlan plan_;
  SlmpAnswers answers_;
  std::unique_ptr<net::Transport> transport_;
  SlmpSession session_;
};

net::Task<Result<telemetry::Samples>> SlmpConnector::read() {
  if (std::exchange(allowances_changed_, false)) plan_.commands = plan_within(job_, allowances_).commands;
  telemetry::Samples samples;
  samples.values.reserve(plan_.tags.size());
  for (SlmpCommand& command : plan_.commands) {
    for (std::size_t nth = 0; nth < command.requests.size(); ++nth) {
      const auto response = co_await session_.ask(command.requests[nth].frame);
      if (!response) co_return std::unexpected{response.error()};
      const bool ok = response->end_code == 0;
      if (ok && answers_.take(command, nth, response->data, loop_.wall(), samples.values)) continue;
      const auto why = ok ? co_await why_unfit(command, command.requests[nth], response->data.size())
                          : Result<std::string>{why_refused(command, command.requests[nth], *response)};
      if (!why) co_return std::unexpected{why.error()};
      samples.faults.push_back(telemetry::Fault{command.subject, *why});
      break;
    }
  }
  co_return samples;
}

/// What is wrong with an answer of so many bytes of data. An error where it may be another question's.
net::Task<Result<std::string>> SlmpConnector::why_unfit(const SlmpCommand& command, SlmpRequest& request,
                                                        std::size_t bytes) {
  const auto may_be_anothers = co_await is_out_of_step(request, bytes);
  if (!may_be_anothers) co_return std::unexpected{may_be_anothers.error()};
  if (*may_be_anothers) {
    session_.close();
    co_return std::unexpected{out_of_step(session_.peer(), command.subject, bytes)};
  }
  co_return fmt::format(
      "the PLC answered with {} bytes of data, which is not what was asked for: check subcommand and "
      "number-of-points against the PLC's manual",
      bytes);
}

/// Over TCP there is one question at a time, and a time-out ends its connection: so an answer without serial number can
/// be another question's only if the PLC has answered unasked. Then the right one is yet to come, and is what comes
/// when the question is put again.
net::Task<Result<bool>> SlmpConnector::is_out_of_step(SlmpRequest& request, std::size_t bytes) {
  const job::SlmpConnectivity& how = job_.connectivity;
  if (how.format.frame != slmp::FrameType::e3) co_return false;
  if (how.ethernet == job::Ethernet::udp || session_.counters().stale > 0) co_return true;
  const auto again = co_await session_.ask(request.frame);
  if (!again) co_return std::unexpected{again.error()};
  co_return again->end_code != 0 || again->data.size() != bytes;
}

/// What an end code says, and what becomes of the request.
std::string SlmpConnector::why_refused(const SlmpCommand& command, const SlmpRequest& request,
                                       const slmp::Response& response) {
  std::string why = refusal(session_.peer(), response).text;
  if (!command.given_up && is_too_much(response.end_code)) why += ask_for_less(command, request);
  return why;
}

std::string SlmpConnector::ask_for_less(const SlmpCommand& command, const SlmpRequest& request) {
  SlmpAllowance& allowed = allowances_[command.attribute];
  allowances_changed_ = true;
  if (lower_limit(allowed.limits, command, request)) {
    const bool bytes = command.limit == &slmp::Limits::label_bytes;
    return fmt::format("; from now on in requests of at most {} {}", allowed.limits.*command.limit,
                       bytes ? "bytes" : "points");
  }
  // Even the least is too much: then their number was never the reason, neither here nor in what held these before.
  for (const SlmpField& field : command.fields) allowed.given_up.insert(field.tag);
  allowed.limits = usual_limits_;
  return {};
}

net::Task<Result<Probed>> SlmpConnector::probe() {
  const auto opened = co_await session_.open();
  if (!opened) co_return std::unexpected{opened.error()};
  slmp::Request self_test;
  self_test.route = job_.connectivity.route;
  self_test.timer = job_.connectivity.timer;
  self_test.command = static_cast<std::uint16_t>(slmp::Command::self_test);
  Bytes data, frame;
  slmp::encode_self_test(data, job_.connectivity.format.code, "0123456789ABCDEF");
  self_test.data = data;
  slmp::encode(frame, job_.connectivity.format, self_test);
  const auto answer = co_await session_.ask(frame);
  session_.close();
  if (!answer) co_return std::unexpected{answer.error()};
  // Built-in ports of Q and L CPUs know no self test (C059): any answer is contact.
  co_return Probed{"Successfully connected to server."};
}

}  // namespace

std::unique_ptr<Connector> make_slmp_connector(net::Loop& loop, std::unique_ptr<net::Transport> transport,
                                               job::SlmpJob job, std::string where) {
  return std::make_unique<SlmpConnector>(loop, std::move(transport), std::move(job), std::move(where));
}

std::unique_ptr<Connector> make_slmp_connector(net::EventLoop& loop, const job::SlmpJob& job) {
  const net::Endpoint plc{job.connectivity.host, job.connectivity.port};
  auto transport =
      job.connectivity.ethernet == job::Ethernet::udp ? net::make_udp(loop, plc) : net::make_tcp(loop, plc);
  return make_slmp_connector(loop, std::move(transport), job, net::to_text(plc));
}

}  // namespace m2c2::machines

// Reads a job's items over a session.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/connector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "machines/opcda/browse.hpp"
#include "machines/opcda/items.hpp"
#include "machines/opcda/rows.hpp"
#include "machines/opcda/session.hpp"
#include "protocols/pyro/value.hpp"

namespace m2c2::machines {
namespace {

using namespace std::chrono_literals;
using telemetry::Samples;

/// How long items that were found, and those that were not, are taken for granted.
constexpr Duration kRefresh = 60s;
/// Each call of read() leaves an entry for each item in a table of the session, and searches all of it, in 26 ns an
/// entry. The n calls of a session have thus lost 13 ns * n * its entries. It is best replaced once that is what a
/// fresh one costs, 50 ms: by 2,000 reads of one item, 200 of 100, 45 of 1000.
constexpr std::size_t kMostCallsTimesEntries = 4'000'000;
constexpr Duration kOldestSession = 30min;
/// Lost so often in a row, it may be the session's own fault.
constexpr int kMostFailures = 3;

class OpcdaConnector final : public Connector {
 public:
  OpcdaConnector(net::Loop& loop, std::unique_ptr<net::Transport> transport, job::OpcdaJob job, std::string where)
      : loop_{loop},
        job_{std::move(job)},
        keywords_{job_.read_mode == job::OpcdaReadMode::sync ? "{'sync':True}" : "{}"},
        transport_{std::move(transport)},
        session_{loop_, *transport_, OpcdaPeer{std::move(where), job_.server}} {}

  const std::vector<std::string>& tags() const override { return items_.tags(); }
  net::Task<Result<>> open() override;
  net::Task<Result<Samples>> read() override;
  net::Task<Result<Probed>> probe() override;
  Duration patience() const override { return OpcdaSession::patience(); }
  void close() override { session_.close(); }
  net::Task<> leave() override { return session_.leave(); }

 private:
  net::Task<Result<>> browse_items();
  net::Task<Result<>> refresh();
  net::Task<Result<>> read_all(Samples&);
  net::Task<Result<>> read_call(const OpcdaCall&, Samples&);
  net::Task<Result<bool>> ask(const OpcdaCall&, Samples&);
  net::Task<Result<>> search(const OpcdaCall&, Samples&);
  void complete(Samples&) const;
  net::Task<> renew_if_due();
  void failed(const Error&);
  void begin_session();

  net::Loop& loop_;
  job::OpcdaJob job_;
  std::string_view keywords_;
  std::unique_ptr<net::Transport> transport_;
  OpcdaSession session_;
  OpcdaItems items_;
  std::vector<telemetry::Fault> empty_patterns_;
  SteadyTime refreshed_{};      // of the items
  SteadyTime session_began_{};  // and what it was made to do since:
  std::size_t calls_ = 0;
  std::size_t entries_ = 0;
  int failures_ = 0;           // in a row
  std::optional<Error> lost_;  // when the connection was lost after the last read
};

net::Task<Result<>> OpcdaConnector::open() {
  lost_.reset();
  auto done = co_await session_.open();
  if (!done) co_return done;
  done = co_await browse_items();
  if (!done) {
    failed(done.error());
    co_return done;
  }
  if (session_began_ == SteadyTime{}) begin_session();
  co_return done;
}

net::Task<Result<>> OpcdaConnector::browse_items() {
  auto browsed = co_await browse(session_, job_);
  if (!browsed) co_return std::unexpected{browsed.error()};
  items_.set(browsed->attributes);
  empty_patterns_ = std::move(browsed->faults);
  refreshed_ = loop_.steady();
  co_return Result<>{};
}

net::Task<Result<Samples>> OpcdaConnector::read() {
  if (lost_) co_return std::unexpected{*std::exchange(lost_, std::nullopt)};
  Samples samples;
  samples.values.reserve(items_.size() + items_.again().size());
  if (const auto done = co_await read_all(samples); !done) {
    failed(done.error());
    co_return std::unexpected{done.error()};
  }
  failures_ = 0;
  complete(samples);
  co_await renew_if_due();
  co_return samples;
}

net::Task<Result<>> OpcdaConnector::read_all(Samples& samples) {
  if (loop_.steady() - refreshed_ >= kRefresh)
    if (const auto done = co_await refresh(); !done) co_return done;
  for (const OpcdaCall& call : items_.calls())
    if (const auto done = co_await read_call(call, samples); !done) co_return done;
  co_return Result<>{};
}

/// Looks again for the items of patterns, and for those that the OPC DA server did not know. A server that reads but
/// does not list any more goes on with what it had.
net::Task<Result<>> OpcdaConnector::refresh() {
  items_.take_back();
  refreshed_ = loop_.steady();
  const auto browsed = co_await browse_items();
  if (!browsed && !transport_->is_open()) co_return browsed;
  co_return Result<>{};
}

net::Task<Result<>> OpcdaConnector::read_call(const OpcdaCall& call, Samples& samples) {
  const auto taken = co_await ask(call, samples);
  if (!taken) co_return std::unexpected{taken.error()};
  if (!*taken) co_return co_await search(call, samples);
  co_return Result<>{};
}

/// False when the call fails because of one of its items.
net::Task<Result<bool>> OpcdaConnector::ask(const OpcdaCall& call, Samples& samples) {
  ++calls_;
  entries_ += call.tags.size();
  const auto answer = co_await session_.call("read", call.arguments, keywords_);
  if (!answer) co_return std::unexpected{answer.error()};
  if (const auto* why = std::get_if<pyro::Raised>(&*answer)) {
    if (blames_a_tag(*why)) co_return false;
    co_return std::unexpected{raised(session_.peer(), "read", *why)};
  }
  const auto fault = take_rows(std::get<pyro::Returned>(*answer).value, call, items_, loop_.wall(), samples);
  if (fault) co_return std::unexpected{odd_answer(session_.peer(), "read", to_text(*fault))};
  co_return true;
}

/// Halves what fails until each item that does so is alone.
net::Task<Result<>> OpcdaConnector::search(const OpcdaCall& call, Samples& samples) {
  std::vector<std::vector<std::size_t>> failing{call.tags};
  while (!failing.empty()) {
    const std::vector<std::size_t> tags = std::move(failing.back());
    failing.pop_back();
    if (tags.size() == 1) {
      items_.set_aside(tags.front());
      continue;
    }
    const auto middle = tags.begin() + static_cast<std::ptrdiff_t>(tags.size() / 2);
    for (std::vector<std::size_t> half : {std::vector(middle, tags.end()), std::vector(tags.begin(), middle)}) {
      const OpcdaCall part = items_.call(half);
      const auto taken = co_await ask(part, samples);
      if (!taken) co_return std::unexpected{taken.error()};
      if (!*taken) failing.push_back(std::move(half));
    }
  }
  co_return Result<>{};
}

/// Adds what no call gives: items set aside, further entries of items named twice, and standing faults.
void OpcdaConnector::complete(Samples& samples) const {
  for (const std::size_t tag : items_.aside()) add_unknown(tag, items_, loop_.wall(), samples);
  if (!items_.again().empty()) {
    std::vector<std::size_t> at(items_.tags().size(), samples.values.size());
    for (std::size_t i = 0; i < samples.values.size(); ++i) at[samples.values[i].tag] = i;
    for (const std::size_t tag : items_.again())
      if (at[tag] < samples.values.size()) samples.values.push_back(telemetry::Sample{samples.values[at[tag]]});
  }
  for (const auto* faults : {&items_.faults(), &empty_patterns_})
    samples.faults.insert(samples.faults.end(), faults->begin(), faults->end());
}

net::Task<> OpcdaConnector::renew_if_due() {
  if (calls_ * entries_ < kMostCallsTimesEntries && loop_.steady() - session_began_ < kOldestSession) co_return;
  begin_session();
  if (const auto renewed = co_await session_.renew(); !renewed) lost_ = renewed.error();
}

void OpcdaConnector::begin_session() {
  session_began_ = loop_.steady();
  calls_ = entries_ = 0;
}

/// A read that raised may have left a group behind in the OPC DA server, which ends with the session.
void OpcdaConnector::failed(const Error& why) {
  const bool was_raised = why.code == OpcdaError::raised;
  if (!was_raised && ++failures_ < kMostFailures) return;
  failures_ = 0;
  session_.distrust();
  begin_session();
}

net::Task<Result<Probed>> OpcdaConnector::probe() {
  const auto servers = co_await session_.servers();
  if (!servers) co_return std::unexpected{servers.error()};
  Probed probed{"Available server: ["};
  for (const std::string& name : *servers) {
    if (!probed.text.ends_with('[')) probed.text += ", ";
    pyro::append_serpent(probed.text, std::string_view{name});
  }
  probed.text += "]";
  if (std::ranges::find(*servers, job_.server) == servers->end())
    probed.reason = fmt::format("opcda-server-name '{}' is not among them: give one of them", job_.server);
  co_return probed;
}

}  // namespace

std::unique_ptr<Connector> make_opcda_connector(net::Loop& loop, std::unique_ptr<net::Transport> transport,
                                                job::OpcdaJob job, std::string where) {
  return std::make_unique<OpcdaConnector>(loop, std::move(transport), std::move(job), std::move(where));
}

std::unique_ptr<Connector> make_opcda_connector(net::EventLoop& loop, const job::OpcdaJob& job) {
  const net::Endpoint gateway{job.host, job.port};
  return make_opcda_connector(loop, net::make_tcp(loop, gateway), job, net::to_text(gateway));
}

}  // namespace m2c2::machines

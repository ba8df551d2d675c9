// Records go to the producer once and stay there; a delivery waits for their fates, a retry for the same.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_exporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "exporters/kafka/kafka_client.hpp"
#include "exporters/kafka/kafka_reasons.hpp"
#include "log/log.hpp"

namespace m2c2::exporters {
namespace {

const char* const kStopping = "stopping";

/// After a message that has to be retried nothing that follows may reach the brokers before it does. So a producer that
/// has failed a message is never used again: what it still holds is handed to the next one, in its order. Within a
/// producer's life the property enable.gapless.guarantee sees to it.
class KafkaExporter final : public Exporter, private KafkaListener {
 public:
  KafkaExporter(KafkaOptions options, net::Loop& loop)
      : options_{std::move(options)}, loop_{loop}, changed_{std::make_unique<net::Event>(loop)} {}
  ~KafkaExporter() override { producer_.reset(); }
  KafkaExporter(const KafkaExporter&) = delete;
  KafkaExporter& operator=(const KafkaExporter&) = delete;

  Result<> renew();

  std::string_view name() const override { return options_.name; }
  stream::Destination destination() const override { return stream::Destination::stream; }
  net::Task<std::vector<Outcome>> deliver(std::span<const stream::Record> records) override;
  void on_back(const std::function<void()>& back) override { back_ = back; }
  void stop() override;

 private:
  using Number = std::uint64_t;  // of a record
  using Fates = std::unordered_map<Number, std::optional<Outcome>>;
  using Fate = exporters::Fate;

  void poll() { rd_kafka_poll(producer_->get(), 0); }
  void on_delivery(const rd_kafka_message_t&) override;
  void on_error(rd_kafka_resp_err_t, std::string_view reason) override;

  Result<> ready();
  void wind_down();
  void break_off();
  void hand_over(std::span<const stream::Record> records);
  bool may_go(const stream::Record&) const;
  rd_kafka_resp_err_t produce(const stream::Record&, Fates::value_type&);
  Outcome fate_of(Number, rd_kafka_resp_err_t, bool refused_here);
  void note_fate(Number, Outcome);
  bool all_settled(std::span<const stream::Record> records) const;
  bool goes_on() const;
  std::vector<Outcome> collect(std::span<const stream::Record> records);
  std::string why_not() const;
  std::string place(std::string_view what) const {
    return fmt::format("Kafka topic {} at {}: {}", options_.topic, options_.brokers, what);
  }

  KafkaOptions options_;
  net::Loop& loop_;
  std::unique_ptr<net::Event> changed_;
  std::function<void()> back_;
  Fates fates_;                ///< of what was handed over and not collected
  std::size_t pending_ = 0;    ///< of those, without a fate
  std::set<Number> suspects_;  ///< of a request that was refused for good: the next time each goes alone
  bool broken_ = false;        ///< the producer has failed a message
  bool brokers_down_ = false;  ///< all of them, as far as librdkafka knows
  bool waited_in_vain_ = false;
  SteadyTime patient_until_ = SteadyTime::max();
  std::string trouble_;  ///< the last that librdkafka told of
  bool stopping_ = false;
  std::unique_ptr<KafkaClient> producer_;  // goes first: it tells the rest
};

/// A producer without a past.
Result<> KafkaExporter::renew() {
  producer_.reset();  // so that one that has failed is not used again where no other can be made
  std::erase_if(fates_, [](const auto& each) { return !each.second; });
  pending_ = 0;
  broken_ = brokers_down_ = false;
  auto conf = producer_conf(options_);
  if (!conf) return std::unexpected{conf.error()};
  auto made = KafkaClient::make(RD_KAFKA_PRODUCER, std::move(*conf), "exporter " + options_.name, *this, loop_,
                                [this] { poll(); });
  if (!made) return std::unexpected{made.error()};
  producer_ = std::move(*made);
  return {};
}

Result<> KafkaExporter::ready() {
  if (producer_ && !broken_) return {};
  log::debug(fmt::format("exporter {}: begins with a new producer", options_.name));
  return renew();
}

void KafkaExporter::stop() {
  stopping_ = true;
  wind_down();
}

/// Nothing more is sent; what is sent has a while to be acknowledged.
void KafkaExporter::wind_down() {
  patient_until_ = std::min(patient_until_, loop_.steady() + options_.grace);
  if (producer_) rd_kafka_purge(producer_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
  changed_->set();
}

/// The producer has failed a message.
void KafkaExporter::break_off() {
  if (!std::exchange(broken_, true)) wind_down();
}

net::Task<std::vector<Outcome>> KafkaExporter::deliver(std::span<const stream::Record> records) {
  if (pending_ == 0) brokers_down_ = false;  // they may be back: nobody asked since
  if (auto is_ready = ready(); !is_ready)
    co_return std::vector<Outcome>(records.size(), Outcome{Fate::retry, place(is_ready.error().text)});
  patient_until_ = loop_.steady() + options_.patience;
  hand_over(records);
  while (!all_settled(records) && goes_on()) {
    co_await changed_->wait_until(patient_until_);
    hand_over(records);
  }
  if (broken_ && !stopping_) producer_.reset();  // before any that follows gets through
  co_return collect(records);
}

/// Whether what is not settled is worth waiting for.
bool KafkaExporter::goes_on() const {
  if (brokers_down_ || loop_.steady() >= patient_until_) return false;
  return pending_ > 0 || !(stopping_ || broken_);
}

/// All that may go now and was not handed over before. A full queue ends it, until acknowledgements have made room;
/// what is too large for an empty one is so for ever.
void KafkaExporter::hand_over(std::span<const stream::Record> records) {
  for (const stream::Record& record : records) {
    if (fates_.contains(record.number)) continue;
    if (!may_go(record)) return;
    const auto waiting = fates_.emplace(record.number, std::nullopt).first;
    ++pending_;
    const rd_kafka_resp_err_t error = produce(record, *waiting);
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && pending_ > 1) {
      --pending_;
      fates_.erase(waiting);
      return;
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) note_fate(record.number, fate_of(record.number, error, true));
  }
}

/// A suspect goes alone: with nothing before it on its way, and nothing after.
bool KafkaExporter::may_go(const stream::Record& record) const {
  if (broken_ || stopping_) return false;
  if (pending_ == 0) return true;
  const bool alone_on_its_way = pending_ == 1 && std::ranges::any_of(suspects_, [this](Number suspect) {
                                  const auto sent = fates_.find(suspect);
                                  return sent != fates_.end() && !sent->second;
                                });
  return !alone_on_its_way && !suspects_.contains(record.number);
}

rd_kafka_resp_err_t KafkaExporter::produce(const stream::Record& record, Fates::value_type& waiting) {
  const std::string& key = record.partition_key.empty() ? record.topic : record.partition_key;
  using std::chrono::milliseconds;
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = options_.topic.c_str();
  parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[1].u.i = RD_KAFKA_MSG_F_COPY;
  parts[2].vtype = RD_KAFKA_VTYPE_VALUE;  // which is copied, though its type does not say so
  parts[2].u.mem = {const_cast<char*>(record.payload.data()), record.payload.size()};
  parts[3].vtype = RD_KAFKA_VTYPE_KEY;
  parts[3].u.mem = {const_cast<char*>(key.data()), key.size()};
  parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[4].u.i64 = std::chrono::duration_cast<milliseconds>(record.at.time_since_epoch()).count();
  parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  parts[5].u.ptr = &waiting;  // which stays until it has its fate, or the producer is no more
  const std::unique_ptr<rd_kafka_error_t, decltype(&rd_kafka_error_destroy)> error{
      rd_kafka_produceva(producer_->get(), parts.data(), parts.size()), rd_kafka_error_destroy};
  return rd_kafka_error_code(error.get());
}

void KafkaExporter::on_delivery(const rd_kafka_message_t& message) {
  const auto& [number, fate] = *static_cast<const Fates::value_type*>(message._private);
  if (fate) return;
  note_fate(number, message.err == RD_KAFKA_RESP_ERR_NO_ERROR ? Outcome{} : fate_of(number, message.err, false));
}

/// Of a message that failed. A broker refuses a request as a whole, so one that went with
/// others may be innocent; what librdkafka itself refuses has not gone.
Outcome KafkaExporter::fate_of(Number number, rd_kafka_resp_err_t error, bool refused_here) {
  const char* const reason = rd_kafka_err2str(error);
  if (is_for_ever(error) && (refused_here || suspects_.contains(number))) {
    if (!refused_here) break_off();
    return {Fate::rejected, place(with_remedy(error, reason))};
  }
  if (is_for_ever(error)) suspects_.insert(number);
  break_off();
  const bool tells_nothing = error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
                             error == RD_KAFKA_RESP_ERR__FATAL;
  if (stopping_) return {Fate::retry, kStopping};
  return {Fate::retry, tells_nothing && !trouble_.empty() ? trouble_ : place(with_remedy(error, reason))};
}

void KafkaExporter::note_fate(Number number, Outcome outcome) {
  if (outcome.fate == Fate::accepted) {
    if (!stopping_ && !broken_) patient_until_ = loop_.steady() + options_.patience;
    brokers_down_ = false;
    trouble_.clear();
    if (std::exchange(waited_in_vain_, false) && back_) back_();
  }
  if (outcome.fate != Fate::retry) suspects_.erase(number);
  fates_[number] = std::move(outcome);
  --pending_;
  changed_->set();
}

void KafkaExporter::on_error(rd_kafka_resp_err_t error, std::string_view reason) {
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    break_off();
    std::array<char, 512> text{};
    error = rd_kafka_fatal_error(producer_->get(), text.data(), text.size());
    trouble_ = place(with_remedy(error, text.data()));
  } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    brokers_down_ = true;
    if (trouble_.empty()) trouble_ = place(with_remedy(error, reason));
  } else {
    trouble_ = place(with_remedy(error, reason));
    log::debug(fmt::format("exporter {}: {}", options_.name, trouble_));
  }
  changed_->set();
}

bool KafkaExporter::all_settled(std::span<const stream::Record> records) const {
  return pending_ == 0 &&
         std::ranges::all_of(records, [this](const stream::Record& record) { return fates_.contains(record.number); });
}

/// What has no fate stays with the producer, and its next delivery finds it there.
std::vector<Outcome> KafkaExporter::collect(std::span<const stream::Record> records) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(records.size());
  for (const stream::Record& record : records) {
    const auto found = fates_.find(record.number);
    if (found == fates_.end() || !found->second) {
      outcomes.push_back({Fate::retry, why_not()});
      waited_in_vain_ = true;
    } else {
      outcomes.push_back(std::move(*found->second));
      fates_.erase(found);
    }
  }
  return outcomes;
}

std::string KafkaExporter::why_not() const {
  if (stopping_) return kStopping;
  if (!trouble_.empty()) return trouble_;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options_.patience).count();
  return place(with_remedy(RD_KAFKA_RESP_ERR__TIMED_OUT, fmt::format("no acknowledgement within {} s", seconds)));
}

}  // namespace

Result<std::unique_ptr<Exporter>> make_kafka_exporter(KafkaOptions options, net::Loop& loop) {
  if (auto checked = check_kafka_options(options); !checked) return std::unexpected{checked.error()};
  auto made = std::make_unique<KafkaExporter>(std::move(options), loop);
  if (auto begun = made->renew(); !begun) return std::unexpected{begun.error()};
  return made;
}

}  // namespace m2c2::exporters

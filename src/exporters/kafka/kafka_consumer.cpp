// The consumer over librdkafka, with incremental rebalances.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_consumer.hpp"

#include <fmt/format.h>

#include <array>
#include <list>
#include <utility>

#include "exporters/kafka/kafka_client.hpp"
#include "exporters/kafka/kafka_reasons.hpp"
#include "exporters/kafka/told_reasons.hpp"
#include "log/log.hpp"

namespace m2c2::exporters {
namespace {

struct ListFree {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, ListFree>;

PartitionList list_of(const std::string& topic, const std::vector<KafkaPartition>& partitions) {
  PartitionList list{rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size()))};
  for (const KafkaPartition partition : partitions)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
  return list;
}

struct ErrorFree {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using KafkaError = std::unique_ptr<rd_kafka_error_t, ErrorFree>;

class Consumer final : public KafkaConsumer, private KafkaListener {
 public:
  Consumer(KafkaConsumerOptions options, net::Loop& loop, std::function<void()> ready)
      : options_{std::move(options)}, loop_{loop}, ready_{std::move(ready)}, commit_ended_{loop} {}
  Result<> begin();

  std::optional<KafkaRecord> poll() override;
  const Error* fatal() const override { return fatal_ ? &*fatal_ : nullptr; }
  const KafkaRebalance* rebalance() const override { return rebalance_ ? &*rebalance_ : nullptr; }
  void accept() override;
  net::Task<Result<>> commit(KafkaPartition, KafkaOffset next, Duration patience) override;
  void pause(KafkaPartition partition) override {
    rd_kafka_pause_partitions(client_->get(), list_of(options_.topic, {partition}).get());
  }
  void resume(KafkaPartition partition) override {
    rd_kafka_resume_partitions(client_->get(), list_of(options_.topic, {partition}).get());
  }
  Result<std::string> cluster_id() override;
  void close() override;

 private:
  using Answer = std::optional<rd_kafka_resp_err_t>;  // to a commit

  void take_answers();
  void on_error(rd_kafka_resp_err_t, std::string_view reason) override;
  void on_fatal_error();
  void on_rebalance(rd_kafka_resp_err_t, const rd_kafka_topic_partition_list_t&) override;
  Error failure(rd_kafka_resp_err_t, std::string_view reason) const;

  KafkaConsumerOptions options_;
  net::Loop& loop_;
  std::function<void()> ready_;
  net::Event commit_ended_;
  std::optional<KafkaRebalance> rebalance_;
  bool closing_ = false;
  ToldReasons told_;
  std::optional<Error> fatal_;
  std::list<Answer> commits_;
  rd_kafka_queue_t* answers_ = nullptr;  ///< to commits
  std::unique_ptr<KafkaClient> client_;  // goes first: it tells the rest
};

Result<> Consumer::begin() {
  auto conf = consumer_conf(options_);
  if (!conf) return std::unexpected{conf.error()};
  auto made = KafkaClient::make(RD_KAFKA_CONSUMER, std::move(*conf), "archive", *this, loop_, [this] {
    take_answers();
    ready_();
  });
  if (!made) return std::unexpected{made.error()};
  client_ = std::move(*made);
  answers_ = client_->make_queue();
  const auto error = rd_kafka_subscribe(client_->get(), list_of(options_.topic, {RD_KAFKA_PARTITION_UA}).get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected{failure(error, rd_kafka_err2str(error))};
  return {};
}

std::optional<KafkaRecord> Consumer::poll() {
  while (!rebalance_) {
    const std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> message{
        rd_kafka_consumer_poll(client_->get(), 0), rd_kafka_message_destroy};
    if (!message) return std::nullopt;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      on_error(message->err, rd_kafka_message_errstr(message.get()));
      continue;
    }
    return KafkaRecord{message->partition,
                       message->offset,
                       {static_cast<const char*>(message->payload), message->len},
                       kafka_time(rd_kafka_message_timestamp(message.get(), nullptr))};
  }
  return std::nullopt;
}

void Consumer::on_rebalance(rd_kafka_resp_err_t what, const rd_kafka_topic_partition_list_t& list) {
  using Kind = KafkaRebalance::Kind;
  const bool assigned = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  const bool lost = rd_kafka_assignment_lost(client_->get()) != 0;
  rebalance_ = KafkaRebalance{.kind = assigned ? Kind::assigned : lost ? Kind::lost : Kind::revoked, .partitions = {}};
  for (int i = 0; i < list.cnt; ++i) rebalance_->partitions.push_back(list.elems[i].partition);
  if (closing_) accept();
}

void Consumer::accept() {
  const PartitionList list = list_of(options_.topic, rebalance_->partitions);
  const KafkaError error{rebalance_->kind == KafkaRebalance::Kind::assigned
                             ? rd_kafka_incremental_assign(client_->get(), list.get())
                             : rd_kafka_incremental_unassign(client_->get(), list.get())};
  if (error) on_error(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()));
  rebalance_.reset();
}

net::Task<Result<>> Consumer::commit(KafkaPartition partition, KafkaOffset next, Duration patience) {
  const PartitionList list = list_of(options_.topic, {partition});
  list->elems[0].offset = next;
  std::erase_if(commits_, [](const auto& each) { return each.has_value(); });
  auto& answer = commits_.emplace_back();  // which stays until it comes: it may be late
  const rd_kafka_resp_err_t refused = rd_kafka_commit_queue(client_->get(), list.get(), answers_, nullptr, &answer);
  if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) answer = refused;  // nothing else comes
  const SteadyTime deadline = loop_.steady() + patience;
  while (!answer && loop_.steady() < deadline) co_await commit_ended_.wait_until(deadline);
  const rd_kafka_resp_err_t error = answer.value_or(RD_KAFKA_RESP_ERR__TIMED_OUT);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) co_return Result<>{};
  co_return std::unexpected{failure(error, fmt::format("commit: {}", rd_kafka_err2str(error)))};
}

void Consumer::take_answers() {
  while (const std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)> event{
      rd_kafka_queue_poll(answers_, 0), rd_kafka_event_destroy}) {
    rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
    const rd_kafka_topic_partition_list_t* const offsets = rd_kafka_event_topic_partition_list(event.get());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && offsets && offsets->cnt > 0) error = offsets->elems[0].err;
    *static_cast<Answer*>(rd_kafka_event_opaque(event.get())) = error;
    commit_ended_.set();
  }
}

Result<std::string> Consumer::cluster_id() {
  constexpr int kPatienceMs = 10'000;
  char* const id = rd_kafka_clusterid(client_->get(), kPatienceMs);
  if (!id)
    return std::unexpected{failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "the brokers have not told the id of their cluster")};
  std::string copy{id};
  rd_kafka_mem_free(client_->get(), id);
  return copy;
}

void Consumer::close() {
  closing_ = true;
  if (rebalance_) accept();
  rd_kafka_consumer_close(client_->get());
}

void Consumer::on_error(rd_kafka_resp_err_t error, std::string_view reason) {
  if (error == RD_KAFKA_RESP_ERR__FATAL) return on_fatal_error();
  const Error told = failure(error, reason);
  if (error == RD_KAFKA_RESP_ERR__TRANSPORT || !told_.is_news(loop_.steady(), told.text)) return log::debug(told.text);
  log::warning(told.text);
}

/// librdkafka keeps the first of them, which is why there is no way back.
void Consumer::on_fatal_error() {
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t error = rd_kafka_fatal_error(client_->get(), text.data(), text.size());
  fatal_ = failure(error, text.data());
  fatal_->text += "; then start this member again";
}

Error Consumer::failure(rd_kafka_resp_err_t error, std::string_view reason) const {
  return {std::make_error_code(std::errc::io_error),
          fmt::format("Kafka topic {} at {}: {}", options_.topic, options_.brokers, with_remedy(error, reason))};
}

}  // namespace

WallTime kafka_time(std::int64_t timestamp) {
  constexpr std::int64_t kEndOf9999 = 253'402'300'799'999;
  return WallTime{std::chrono::milliseconds{timestamp < 0 || timestamp > kEndOf9999 ? 0 : timestamp}};
}

Result<std::unique_ptr<KafkaConsumer>> KafkaConsumer::make(const KafkaConsumerOptions& options, net::Loop& loop,
                                                           std::function<void()> ready) {
  if (auto checked = check_kafka_options(options); !checked) return std::unexpected{checked.error()};
  auto made = std::make_unique<Consumer>(options, loop, std::move(ready));
  if (auto begun = made->begin(); !begun) return std::unexpected{begun.error()};
  return made;
}

}  // namespace m2c2::exporters

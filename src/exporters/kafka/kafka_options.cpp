// Options into librdkafka's configuration; what would break a guarantee is refused.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/kafka/kafka_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <span>

#include "base/edit_distance.hpp"
#include "exporters/kafka/kafka_client.hpp"

namespace m2c2::exporters {
namespace {

/// A property that is not the operator's to choose, but for the values that say the same.
struct Fixed {
  std::string_view name;
  std::string_view allowed;  ///< values, each between spaces
  std::string_view why;
};

constexpr std::string_view kBrokers = "the key `brokers` gives it";
constexpr std::string_view kOnce = "without it messages would be lost, doubled or out of order";
constexpr std::string_view kForEver = "a message is kept until the brokers have it";

constexpr std::string_view kLog = "librdkafka's threads would write the log where one thread alone may";

constexpr std::array kProducerFixed{
    Fixed{"bootstrap.servers", "", kBrokers},
    Fixed{"metadata.broker.list", "", kBrokers},
    Fixed{"enable.idempotence", " true ", kOnce},
    Fixed{"enable.gapless.guarantee", " true ", kOnce},
    Fixed{"acks", " all -1 ", kOnce},
    Fixed{"request.required.acks", " all -1 ", kOnce},
    Fixed{"queuing.strategy", " fifo ", kOnce},
    Fixed{"message.timeout.ms", " 0 ", kForEver},
    Fixed{"delivery.timeout.ms", " 0 ", kForEver},
    Fixed{"retries", " 2147483647 ", kForEver},
    Fixed{"message.send.max.retries", " 2147483647 ", kForEver},
    Fixed{"transactional.id", "", "the exporter uses no transactions"},
    Fixed{"log.queue", " true ", kLog},
    Fixed{"delivery.report.only.error", " false ", "each message's acknowledgement is waited for"},
};

constexpr std::string_view kCommit = "a place is committed only once its records are in the archive";

constexpr std::array kConsumerFixed{
    Fixed{"bootstrap.servers", "", "the option --brokers gives it"},
    Fixed{"metadata.broker.list", "", "the option --brokers gives it"},
    Fixed{"group.id", "", "the option --group gives it"},
    Fixed{"log.queue", " true ", kLog},
    Fixed{"enable.auto.commit", " false ", kCommit},
    Fixed{"enable.auto.offset.store", " false ", kCommit},
    Fixed{"auto.offset.reset", " earliest smallest beginning ", "the archive begins with the oldest record"},
    Fixed{"partition.assignment.strategy", " cooperative-sticky ", "members of a group must agree, and it moves least"},
};

constexpr std::array<std::pair<const char*, const char*>, 8> kProducerDefaults{{
    {"enable.idempotence", "true"},
    {"enable.gapless.guarantee", "true"},
    {"message.timeout.ms", "0"},
    {"compression.type", "lz4"},
    {"partitioner", "murmur2_random"},  // as every client of Java chooses
    {"topic.metadata.propagation.max.ms", "5000"},
    // More than one is faster over a long line. But then a request that fails makes those after it fail, to which this
    // version answers with a new epoch, and what was in flight to other partitions may be written twice.
    {"max.in.flight", "1"},
    {"linger.ms", "2"},
}};

constexpr std::array<std::pair<const char*, const char*>, 6> kConsumerDefaults{{
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "earliest"},
    {"partition.assignment.strategy", "cooperative-sticky"},
    {"queued.max.messages.kbytes", "16384"},  // all partitions together, as they share a queue
    {"allow.auto.create.topics", "false"},
}};

std::unexpected<Error> bad(std::string text) {
  return fail(std::make_error_code(std::errc::invalid_argument), std::move(text));
}

struct Property {
  std::string name;
  bool is_producers = false;  ///< a consumer has no use for it
};

/// All that this librdkafka knows, from the table that it prints: `name | who has it | …` a line.
std::vector<Property> known_properties() {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const file = ::open_memstream(&text, &size);
  if (!file) return {};
  rd_kafka_conf_properties_show(file);
  std::fclose(file);
  std::vector<Property> known;
  std::string_view left{text, size};
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    const std::size_t end = line.find(' ');
    const std::size_t bar = line.find('|');
    if (bar != line.npos && end != line.npos && end > 0)
      known.push_back({std::string{line.substr(0, end)}, line.substr(bar).starts_with("|  P ")});
  }
  std::free(text);
  return known;
}

std::string nearest_property(std::string_view name) {
  constexpr std::size_t kMostLetters = 200;
  const auto known = known_properties();
  if (known.empty() || name.size() > kMostLetters) return "enable.idempotence";
  return std::ranges::min_element(known, {}, [name](const Property& p) { return edit_distance(name, p.name); })->name;
}

bool is_secret(std::string_view name) {
  constexpr std::array kSecrets{"password", "secret", ".pem", "oauthbearer.config", "username"};
  return std::ranges::any_of(kSecrets, [name](std::string_view part) { return name.find(part) != name.npos; });
}

Result<> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size())) {
    case RD_KAFKA_CONF_OK:
      return {};
    case RD_KAFKA_CONF_UNKNOWN:
      return bad(fmt::format("librdkafka knows no property {}; did you mean {}?", name, nearest_property(name)));
    default:
      return bad(fmt::format("the property {} has a wrong value{}; see CONFIGURATION.md of librdkafka", name,
                             is_secret(name) ? "" : fmt::format(": {}", why.data())));
  }
}

Result<> set_all(rd_kafka_conf_t* conf, const KafkaProperties& properties, std::span<const Fixed> fixed) {
  for (const auto& [name, value] : properties) {
    const auto rule = std::ranges::find(fixed, name, &Fixed::name);
    if (rule != fixed.end() && rule->allowed.find(fmt::format(" {} ", value)) == std::string_view::npos)
      return bad(fmt::format("the property {} cannot be {}: {}; leave it out", name, value, rule->why));
    if (auto done = set(conf, name, value); !done) return done;
  }
  return {};
}

Result<KafkaConf> make_conf(std::span<const std::pair<const char*, const char*>> defaults,
                            const KafkaProperties& properties, std::span<const Fixed> fixed) {
  KafkaConf conf{rd_kafka_conf_new()};
  for (const auto& [name, value] : defaults)
    if (auto done = set(conf.get(), name, value); !done) return std::unexpected{done.error()};
  for (const auto& [name, value] : {std::pair{"client.id", "m2c2"}, std::pair{"log.queue", "true"}})
    if (auto done = set(conf.get(), name, value); !done) return std::unexpected{done.error()};
  if (auto done = set_all(conf.get(), properties, fixed); !done) return std::unexpected{done.error()};
  return conf;
}

/// Topic names as the brokers take them.
bool is_topic(std::string_view topic) {
  constexpr std::size_t kMostLetters = 249;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !topic.empty() && topic.size() <= kMostLetters && topic != "." && topic != ".." &&
         topic.find_first_not_of(kLetters) == topic.npos;
}

Result<> check_places(const std::string& brokers, const std::string& topic) {
  if (brokers.empty()) return bad("Kafka needs brokers; give host:port, several with commas");
  if (!is_topic(topic))
    return bad(fmt::format(
        "Kafka knows no topic named \"{}\"; give letters, digits, '.', '_' and '-', at most 249 of them", topic));
  return {};
}

/// No brokers are given, so nothing is connected.
Result<> try_out(rd_kafka_type_t type, Result<KafkaConf> conf) {
  if (!conf) return std::unexpected{conf.error()};
  rd_kafka_conf_set_log_cb(conf->get(), nullptr);
  std::array<char, 512> why{};
  rd_kafka_t* const client = rd_kafka_new(type, conf->get(), why.data(), why.size());
  if (!client) return bad(fmt::format("librdkafka makes no client: {}; correct the property", why.data()));
  [[maybe_unused]] auto* const taken = conf->release();
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  return {};
}

Result<KafkaConf> with(Result<KafkaConf> conf, const std::string& name, const std::string& value) {
  if (!conf) return conf;
  if (auto done = set(conf->get(), name, value); !done) return std::unexpected{done.error()};
  return conf;
}

}  // namespace

Result<KafkaConf> producer_conf(const KafkaOptions& options) {
  return with(make_conf(kProducerDefaults, options.properties, kProducerFixed), "bootstrap.servers", options.brokers);
}

Result<KafkaConf> consumer_conf(const KafkaConsumerOptions& options) {
  return with(with(make_conf(kConsumerDefaults, options.properties, kConsumerFixed), "group.id", options.group),
              "bootstrap.servers", options.brokers);
}

Result<> check_kafka_options(const KafkaOptions& options) {
  if (auto done = check_places(options.brokers, options.topic); !done) return done;
  return try_out(RD_KAFKA_PRODUCER, make_conf(kProducerDefaults, options.properties, kProducerFixed));
}

Result<> check_kafka_options(const KafkaConsumerOptions& options) {
  if (auto done = check_places(options.brokers, options.topic); !done) return done;
  if (options.group.empty()) return bad("the archive needs a consumer group; give --group");
  return try_out(RD_KAFKA_CONSUMER,
                 with(make_conf(kConsumerDefaults, options.properties, kConsumerFixed), "group.id", options.group));
}

KafkaProperties shared_properties(const KafkaProperties& properties) {
  const auto known = known_properties();
  KafkaProperties shared;
  std::ranges::copy_if(properties, std::back_inserter(shared), [&](const auto& property) {
    const auto row = std::ranges::find(known, property.first, &Property::name);
    return row == known.end() || !row->is_producers;
  });
  return shared;
}

Result<Duration> session_timeout(const KafkaConsumerOptions& options) {
  const auto conf = consumer_conf(options);
  if (!conf) return std::unexpected{conf.error()};
  std::array<char, 32> text{};
  std::size_t size = text.size();
  rd_kafka_conf_get(conf->get(), "session.timeout.ms", text.data(), &size);
  return std::chrono::milliseconds{std::atoll(text.data())};
}

}  // namespace m2c2::exporters

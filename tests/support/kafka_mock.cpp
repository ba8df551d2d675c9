// A Kafka cluster for stories, steered over standard input, an answer `ok` or `error: …` a line:
//   m2c2-test-kafka BROKERS TOPIC PARTITIONS
//   down ID | up ID        a broker, or -1 for all
//   errors NAME COUNT      the next requests of producers are refused so, such as NOT_ENOUGH_REPLICAS
//   quit
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <sstream>

#include "tests/support/mock_kafka.hpp"

namespace {

/// The code of a name, by librdkafka's own table.
rd_kafka_resp_err_t error_named(const std::string& name) {
  const rd_kafka_err_desc* table = nullptr;
  std::size_t count = 0;
  rd_kafka_get_err_descs(&table, &count);
  for (std::size_t i = 0; i < count; ++i)
    if (table[i].name && name == table[i].name) return table[i].code;
  throw std::runtime_error{"no error is named " + name};
}

void obey(m2c2::test::MockKafka& kafka, const std::string& line) {
  std::istringstream words{line};
  std::string command;
  std::string name;
  int number = 0;
  words >> command;
  if (command == "down" && words >> number) kafka.down(number);
  else if (command == "up" && words >> number) kafka.up(number);
  else if (command == "errors" && words >> name >> number)
    kafka.fail(m2c2::test::MockKafka::kProduce,
               std::vector<rd_kafka_resp_err_t>(static_cast<std::size_t>(number), error_named(name)));
  else throw std::runtime_error{"no command: " + line};
}

void serve(m2c2::test::MockKafka& kafka) {
  for (std::string line; std::getline(std::cin, line) && line != "quit";) {
    try {
      obey(kafka, line);
      std::cout << "ok" << std::endl;
    } catch (const std::exception& error) {
      std::cout << "error: " << error.what() << std::endl;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: m2c2-test-kafka BROKERS TOPIC PARTITIONS\n";
    return 2;
  }
  try {
    const int brokers = std::stoi(argv[1]);
    const int partitions = std::stoi(argv[3]);
    m2c2::test::MockKafka kafka{brokers};
    kafka.make_topic(argv[2], partitions);
    for (int i = 0; i < partitions; ++i) kafka.lead(argv[2], i, i % brokers + 1);
    std::cout << "bootstrap servers: " << kafka.brokers() << std::endl;
    serve(kafka);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

// The contract of job stores against a real DynamoDB, or what stands for it: at M2C2_DYNAMODB_ENDPOINT, with the
// credentials of the environment. Makes a table for each test. tests/integration/test_dynamodb.py runs it.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/ids.hpp"
#include "store/dynamodb/connection.hpp"
#include "store/job_store_test.hpp"

namespace m2c2::store {
namespace {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>{value} : std::nullopt;
}

class DynamoTable {
 public:
  DynamoTable() {
    dynamodb::Connection connection{aws::make_http(), options_};
    const auto made = connection.call("CreateTable", boost::json::parse(R"({"BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "jobid", "AttributeType": "S"},
                                 {"AttributeName": "version", "AttributeType": "N"}],
        "KeySchema": [{"AttributeName": "jobid", "KeyType": "HASH"}, {"AttributeName": "version", "KeyType": "RANGE"}],
        "TableName": ")" + options_.table + "\"}")
                                                         .as_object());
    if (!made) throw std::runtime_error{made.error().text};
    while (connection.call("DescribeTable", {{"TableName", options_.table}}).value().at("Table").at("TableStatus") !=
           "ACTIVE")
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  std::unique_ptr<JobStore> open() { return std::move(open_dynamodb_store(options_).value()); }

 private:
  DynamoOptions options_{.table = "m2c2-" + new_id(),
                         .region = environment("AWS_REGION").value(),
                         .endpoint = environment("M2C2_DYNAMODB_ENDPOINT").value(),
                         .environment = environment};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Live, JobStoreContract, DynamoTable);

/// A request of more than one item whose documents are all there twice more, as a builder stores it.
TEST(LiveDynamoDb, KeepsARequestOfMegabytes) {
  DynamoTable table;
  const auto store = table.open();
  JobVersion version = version_of("press", 1);
  std::string tags;
  while (tags.size() < 3'500'000) tags += R"({"tag-name":"Größe"},)";
  tags.pop_back();
  version.data_parameters = R"({"attributes":[)" + tags + "]}";
  version.machine_details = R"({"data-parameters":)" + version.data_parameters + "}";
  version.job_details = R"({"job":{"machine-details":)" + version.machine_details + "}}";
  ASSERT_EQ(outcome(store->add_version(version, head_of("press", 1, 100), 0)), kDone);
  const JobVersion got = **store->version("press", 1);
  EXPECT_EQ(got.job_details, version.job_details);
  EXPECT_EQ(got.machine_details, version.machine_details);
  EXPECT_EQ(got.data_parameters, version.data_parameters);
  EXPECT_EQ(store->heads()->size(), 1U);
}

}  // namespace
}  // namespace m2c2::store

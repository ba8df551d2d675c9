// The prices file: what is printed is read, and what is wrong is told.
// SPDX-License-Identifier: Apache-2.0
#include "app/cost_prices.hpp"

#include <gmock/gmock.h>

namespace m2c2::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(CostPrices, ThatArePrintedAreReadAsTheyWere) {
  cost::Prices printed{.region = "eu-central-1", .as_of = "today"};
  double price = 0.125;
  for (const auto& key : cost::kPriceKeys) printed.*key.price = price += 1;
  const auto read = parse_prices(cost::to_toml(printed), "prices.toml");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->region, "eu-central-1");
  EXPECT_EQ(read->as_of, "today");
  for (const auto& key : cost::kPriceKeys) EXPECT_EQ((*read).*key.price, printed.*key.price) << key.name;
}

TEST(CostPrices, KeepTheDefaultOfWhatIsLeftOut) {
  const auto read = parse_prices("[kinesis]\nshard-hour = 1\n", "prices.toml");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->kinesis_shard_hour, 1);
  EXPECT_EQ(read->kinesis_put_units, cost::Prices{}.kinesis_put_units);
}

TEST(CostPrices, ThatAreWrongAreToldWithLineAndKey) {
  const auto error = [](std::string_view toml) { return parse_prices(toml, "prices.toml").error().text; };
  EXPECT_THAT(error("[kinesis]\n\nshard_hour = 1"),
              AllOf(HasSubstr("prices.toml:3: unknown key [kinesis] shard_hour"), HasSubstr("--print-prices")));
  EXPECT_THAT(error("[s3]\nstorage = -1"), HasSubstr("prices.toml:2: [s3] storage must be a price such as 0.023"));
  EXPECT_THAT(error("[s3]\nstorage = nan"), HasSubstr("[s3] storage must be a price"));
  EXPECT_THAT(error("[s3]\nstorage = \"cheap\""), HasSubstr("[s3] storage must be a price"));
  EXPECT_THAT(error("region = 1"), HasSubstr("prices.toml:1: region must be a text"));
  EXPECT_THAT(error("s3 = 1"), HasSubstr("prices.toml:1: unknown key s3"));
  EXPECT_THAT(error("[s3"), HasSubstr("prices.toml:1: "));
}

}  // namespace
}  // namespace m2c2::app

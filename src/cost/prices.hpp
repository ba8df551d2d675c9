// What the services cost, in US dollars: the guide's prices, and list prices where the guide has none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace m2c2::cost {

struct Prices {
  std::string region = "us-east-1";
  std::string as_of = "March 2021 (guide), else list prices of 2025";
  double iot_messages = 1.00;
  double iot_messages_above_1 = 0.80;
  double iot_messages_above_5 = 0.70;
  double iot_connection = 0.08;
  double kinesis_shard_hour = 0.015;
  double kinesis_put_units = 0.014;
  double on_demand_hour = 0.04;
  double on_demand_in = 0.08;
  double on_demand_out = 0.04;
  double firehose = 0.029;
  double s3_puts = 0.005;
  double s3_storage = 0.023;
  double dynamodb_writes = 0.625;
};

struct PriceKey {
  std::string_view table;
  std::string_view name;
  std::string_view comment;  ///< unit, source
  double Prices::* price;
};

inline constexpr std::array kPriceKeys{
    PriceKey{"iot-core", "messages", "a million messages of up to 5 KB, the first billion a month; guide, March 2021",
             &Prices::iot_messages},
    PriceKey{"iot-core", "messages-above-1-billion", "likewise, the next 4 billion; list price, 2025",
             &Prices::iot_messages_above_1},
    PriceKey{"iot-core", "messages-above-5-billion", "likewise, beyond these; list price, 2025",
             &Prices::iot_messages_above_5},
    PriceKey{"iot-core", "connection", "a million minutes of a connection; guide, March 2021", &Prices::iot_connection},
    PriceKey{"kinesis", "shard-hour", "an hour of a provisioned shard; guide, March 2021", &Prices::kinesis_shard_hour},
    PriceKey{"kinesis", "put-units", "a million PUT payload units of 25 KB; guide, March 2021",
             &Prices::kinesis_put_units},
    PriceKey{"kinesis", "on-demand-hour", "an hour of an on-demand stream; list price, 2025", &Prices::on_demand_hour},
    PriceKey{"kinesis", "on-demand-in", "a GB put into it, each record rounded up to 1 KB; list price, 2025",
             &Prices::on_demand_in},
    PriceKey{"kinesis", "on-demand-out", "a GB that a reader such as Firehose takes out; list price, 2025",
             &Prices::on_demand_out},
    PriceKey{"firehose", "ingested", "a GB, each record rounded up to 5 KB, the first 500 TB; guide, March 2021",
             &Prices::firehose},
    PriceKey{"s3", "put-requests", "a thousand PUT requests, S3 Standard; list price, 2025", &Prices::s3_puts},
    PriceKey{"s3", "storage", "a GB for a month, S3 Standard, the first 50 TB; guide, March 2021", &Prices::s3_storage},
    PriceKey{"dynamodb", "writes", "a million write request units of 1 KB, on demand; list price, 2025",
             &Prices::dynamodb_writes},
};

/// A file to begin with: every key with its comment.
std::string to_toml(const Prices&);

}  // namespace m2c2::cost

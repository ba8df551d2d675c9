// A month's bill of a set of jobs, destination by destination.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost/prices.hpp"
#include "cost/traffic.hpp"
#include "cost/usage.hpp"

namespace m2c2::cost {

enum class ExporterKind { archive_in_folder, archive_in_s3, kinesis, kafka };

struct Exporter {
  ExporterKind kind = ExporterKind::archive_in_folder;
  std::string name = {};
  Joining joining = {};  ///< kinesis
  Cutting cutting = {};  ///< archives
};

/// All that a bill depends on but the prices.
struct Plan {
  std::vector<Job> jobs = {};
  std::vector<Exporter> exporters = {};
  bool own_broker = false;    ///< not AWS IoT Core, so messages cost nothing
  bool one_exporter = false;  ///< the exporters are alternatives, not all of them at once
  Assumptions assumptions = {};
};

struct Line {
  std::string what = {};
  double quantity = 0;
  std::string unit = {};
  double price = 0;  ///< of one unit
  double cost() const { return quantity * price; }
};

struct Destination {
  std::string name = {};
  std::string about = {};
  double messages = 0;  ///< of the gateways, a month
  double bytes = 0;
  double records = 0;  ///< kinesis: that these are joined into
  std::vector<Line> lines = {};
  std::vector<Line> on_demand = {};  ///< kinesis: instead of the lines that come first, shards and PUT units
  double total() const;
  std::optional<double> on_demand_total() const;
};

struct Total {
  std::string name = {};
  double cost = 0;
};

struct Bill {
  std::vector<Destination> destinations = {};  ///< the topic first
  std::vector<Total> totals = {};              ///< one, or with `one_exporter` one for each of them
};

/// What the gateway of each group sends of the jobs that go there. One that sends nothing is there too.
std::vector<Gateway> gateways_of(const Plan&, bool job::Delivery::* goes);

Bill bill_of(const Plan&, const Prices&);

/// What the plan would cost if something were otherwise.
struct Comparison {
  std::string what = {};
  Bill bill = {};
};
/// The plan as it is first.
std::vector<Comparison> compare(const Plan&, const Prices&);

}  // namespace m2c2::cost

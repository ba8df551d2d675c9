// The gateway: keeps the jobs of its group as they are wanted, each by an actor of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/delivery_watch.hpp"
#include "gateway/heartbeat.hpp"
#include "gateway/job_keeper.hpp"
#include "gateway/local_jobs.hpp"
#include "gateway/pushes.hpp"
#include "gateway/status.hpp"
#include "gateway/surroundings.hpp"

namespace m2c2::gateway {

struct Options {
  std::string group;               ///< gg-group-id
  std::filesystem::path data_dir;  ///< local jobs are in its folder job/
  std::string program_version;     ///< for the status
  Pushes::Limits push;
  std::function<std::vector<ExporterStatus>()> exporters = {};  ///< for the status
};

/// All calls on `loop`. A job costs its own work alone: nothing that is done for one job looks at the others, save the
/// status, at most once a second.
class Gateway {
 public:
  /// `disk` is where files are written; it stops before `loop` does. `send` takes answers and the status, in order.
  Gateway(net::Loop& loop, net::Loop& disk, stream::Stream&, std::function<void(mqtt::Message)> send, ConnectorFactory,
          Options);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Runs again the jobs that ran when the gateway ended. Before the first on_wanted(); blocks while it reads the
  /// files.
  void start_local_jobs();
  /// A message on m2c2/group/<group>/job/+.
  void on_wanted(const mqtt::Received&);
  /// A message on m2c2/group/<group>/submit.
  void on_submit(const mqtt::Received&);
  /// The broker is there, or there again and may have published the last will: tells the status at once.
  void on_connected();

  /// Ends every job, sends what was read, says "offline", and calls `done` once nothing is under way. The local files
  /// keep what is wanted: the jobs run again after the next start. Without it, what was read and not sent is lost.
  void stop_all(std::function<void()> done);

  Status status() const;

 private:
  void job_changed(const std::string& name);
  void all_may_have_ended();
  void pull(const std::string& job);
  bool is_of_the_future(std::int64_t revision) const;
  bool keep_for_later(std::int64_t revision, const mqtt::Received&);
  void adopt_what_is_due();
  void refuse(std::string_view job, std::string_view why);
  void tell_error(std::string_view job, std::string_view message);
  void beat();
  void watch_deliveries();
  void publish_status(std::string payload);
  Duration stagger(Duration interval);

  Surroundings surroundings_;
  ConnectorFactory make_connector_;
  Options options_;
  LocalJobs local_jobs_;
  JobHost host_;
  std::unordered_map<std::string, std::shared_ptr<JobKeeper>> jobs_;
  /// The last of each topic that was of the future: it does not come again when this machine's clock is set.
  struct Early {
    std::int64_t revision;
    mqtt::Received received;
  };
  std::map<std::string, Early> early_;
  Pushes pushes_;
  Heartbeat heartbeat_;
  DeliveryWatch delivery_watch_;
  Heartbeat watching_;
  double stagger_ = 0;  // 0 … 1
  bool stopping_ = false;
  std::function<void()> stopped_;
};

}  // namespace m2c2::gateway

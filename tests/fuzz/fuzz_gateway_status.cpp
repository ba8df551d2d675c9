// Statuses of gateways, as the builder reads them: whatever is let through is fit for a topic.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "base/bytes.hpp"
#include "builder/status.hpp"
#include "job/names.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto jobs = m2c2::builder::jobs_in_status(m2c2::as_text(std::as_bytes(std::span{data, size})));
  if (!jobs) return 0;
  for (const std::string& job : *jobs)
    if (m2c2::job::fault_in_job_name(job)) std::abort();
  return 0;
}

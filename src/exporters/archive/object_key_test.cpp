// An object's name tells when it begins, and is the same for the same first record alone.
// SPDX-License-Identifier: Apache-2.0
#include "exporters/archive/object_key.hpp"

#include <gtest/gtest.h>

namespace m2c2::exporters {
namespace {

using namespace std::chrono;

stream::Record record(std::uint64_t number) {
  const auto at = sys_days{year{2026} / February / 3} + 4h + 5min + 6s + 789us;
  return {"id", "t", "{}", "alias", false, true, at, number};
}

const ObjectOrigin kOrigin{"archive", "m2c2-stream", "5f0c0e2e-6c0c-4c5f-9d5a-0d6c3b0f8a11"};

TEST(ObjectKey, IsFirehosesNameAndWillNeverBeAnother) {
  EXPECT_EQ(object_key(kOrigin, record(7)),
            "2026/02/03/04/m2c2-stream-1-2026-02-03-04-05-06-e211f590-eda2-8d9c-aea2-9d67138771f5.gz");
}

TEST(ObjectKey, IsAnotherForAnotherRecordStreamOrExporter) {
  const std::string key = object_key(kOrigin, record(7));
  EXPECT_EQ(object_key(kOrigin, record(7)), key);
  EXPECT_NE(object_key(kOrigin, record(8)), key);
  EXPECT_NE(object_key({"archive", "m2c2-stream", "5f0c0e2e-6c0c-4c5f-9d5a-0d6c3b0f8a12"}, record(7)), key);
  EXPECT_NE(object_key({"archive-2", "m2c2-stream", kOrigin.stream_id}, record(7)), key);
}

TEST(ObjectKey, ItsUuidSaysThatItIsMadeByARuleOfOurOwn) {
  for (std::uint64_t number = 0; number < 100; ++number) {
    const std::string key = object_key(kOrigin, record(number));
    const std::string uuid = key.substr(key.size() - 39, 36);
    EXPECT_EQ(uuid[14], '8') << uuid;
    EXPECT_NE(std::string_view{"89ab"}.find(uuid[19]), std::string_view::npos) << uuid;
  }
}

}  // namespace
}  // namespace m2c2::exporters

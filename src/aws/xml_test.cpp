// Elements of answers, well formed and not.
// SPDX-License-Identifier: Apache-2.0
#include "aws/xml.hpp"

#include <gtest/gtest.h>

namespace m2c2::aws {
namespace {

TEST(Xml, GivesTheFirstElementOfAName) {
  EXPECT_EQ(element_at("<Error><Code>SlowDown</Code><Message>m</Message></Error>", "Code"), "SlowDown");
  EXPECT_EQ(element_at("<R><Id>1</Id><Id>2</Id></R>", "Id"), "1");
}

TEST(Xml, LooksForTheEndBehindTheBeginning) { EXPECT_EQ(element_at("</Id><Id>1</Id>", "Id"), "1"); }

TEST(Xml, GivesNothingOfWhatIsNotThereOrNotClosed) {
  EXPECT_EQ(element_at("", "Id"), "");
  EXPECT_EQ(element_at("<Ids>1</Ids>", "Id"), "");
  EXPECT_EQ(element_at("</Id><Id>1", "Id"), "");
  EXPECT_EQ(element_at("<Id></Id>", "Id"), "");
}

}  // namespace
}  // namespace m2c2::aws

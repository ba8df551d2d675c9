// The connector over a scripted gateway.
// SPDX-License-Identifier: Apache-2.0
#include "machines/opcda/connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machines/opcda/browse.hpp"
#include "machines/opcda/failure.hpp"
#include "machines/opcda/opcda_test.hpp"

namespace m2c2::machines {
namespace {

using namespace std::chrono_literals;
using job::OpcdaAttribute;
using job::OpcdaFunction;
using telemetry::Samples;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kTypeError = "builtins.TypeError";
constexpr std::string_view kNotIterable = "argument of type 'bool' is not iterable";

OpcdaAttribute tags_of(std::vector<std::string> items) { return {OpcdaFunction::read_tags, std::move(items)}; }
OpcdaAttribute list_of(std::vector<std::string> patterns) { return {OpcdaFunction::read_list, std::move(patterns)}; }

std::string row(std::string_view item, std::string_view value) {
  return fmt::format("('{}',{},'Good','2021-02-19 01:25:26.827000+00:00')", item, value);
}

/// A connector for one job, and the gateway it reads from.
struct Bench {
  explicit Bench(std::vector<OpcdaAttribute> attributes, job::OpcdaReadMode mode = job::OpcdaReadMode::sync) {
    job::OpcdaJob job{"10.0.0.5", std::string{testing::kServer}, std::move(attributes)};
    job.read_mode = mode;
    connector = make_opcda_connector(loop, gateway.transport(), std::move(job), "10.0.0.5:7766");
  }

  Result<> open() { return test::run(loop, connector->open()); }
  Result<Samples> read() { return test::run(loop, connector->read()); }
  Result<Probed> probe() { return test::run(loop, connector->probe()); }
  void leave() {
    test::run(loop, [](Connector& c) -> net::Task<bool> {
      co_await c.leave();
      co_return true;
    }(*connector));
  }
  /// "tag=value" of each sample that a read gives; its error, if that is what it gives.
  std::vector<std::string> values() {
    const auto samples = read();
    if (!samples) return {samples.error().text};
    std::vector<std::string> texts;
    for (const auto& sample : samples->values) texts.push_back(connector->tags().at(sample.tag) + "=" + sample.value);
    faults.clear();
    for (const auto& fault : samples->faults) faults.push_back(fault.subject);
    return texts;
  }

  net::VirtualLoop loop;
  testing::ScriptedGateway gateway{loop};
  std::unique_ptr<Connector> connector;
  std::vector<std::string> faults;  ///< of the last values()
};

TEST(OpcdaConnector, ReadsEachItemOnceAndGivesAnEntryForEachMention) {
  Bench bench{{list_of({"Random.*Int*"}), tags_of({"Random.Int2", "Line.Speed"})}};
  bench.gateway.greets().creates("obj_1");
  bench.gateway.call("obj_1", "list", "('Random.*Int*',)").returns("['Random.Int1',None,'Random.Int2']");
  bench.gateway.read("obj_1", "'Random.Int1','Random.Int2','Line.Speed'");
  bench.gateway.returns("[" + row("Random.Int1", "1") + "," + row("Random.Int2", "2") + "," + row("Line.Speed", "1.5") +
                        "]");
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.connector->tags(), ElementsAre("Random.Int1", "Random.Int2", "Line.Speed"));
  EXPECT_THAT(bench.values(), ElementsAre("Random.Int1=1", "Random.Int2=2", "Line.Speed=1.5", "Random.Int2=2"));
  EXPECT_THAT(bench.faults, IsEmpty());
}

TEST(OpcdaConnector, ReadsWithACallbackWhereTheJobSaysSo) {
  Bench bench{{tags_of({"A"})}, job::OpcdaReadMode::async};
  bench.gateway.greets().creates("obj_1").read("obj_1", "'A'", "{}").returns("[" + row("A", "1") + "]");
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.values(), ElementsAre("A=1"));
}

TEST(OpcdaConnector, ListsWhatOpenOpcCannot) {
  Bench bench{{list_of({"Random.Int2", "Random.Int?"})}};
  bench.gateway.greets().creates("obj_1").call("obj_1", "list", "('Random.Int2',)");
  bench.gateway.raises("builtins.AttributeError", "module 'string' has no attribute 'join'");
  bench.gateway.call("obj_1", "list", "('Random.Int2*',)").returns("['Random.Int2','Random.Int20']");
  bench.gateway.call("obj_1", "list", "('Random.Int?',)");
  bench.gateway.raises("builtins.AttributeError", "module 'string' has no attribute 'join'");
  bench.gateway.call("obj_1", "list", "('Random.Int?*',)").returns("['Random.INT4','Random.Int20']");
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.connector->tags(), ElementsAre("Random.Int2", "Random.INT4"));
}

TEST(OpcdaConnector, BrowsesAgainEveryMinute) {
  Bench bench{{list_of({"L.*"})}};
  bench.gateway.greets().creates("obj_1").call("obj_1", "list", "('L.*',)").returns("['L.A','L.B']");
  bench.gateway.read("obj_1", "'L.A','L.B'").returns("[" + row("L.A", "1") + "," + row("L.B", "2") + "]");
  bench.gateway.call("obj_1", "list", "('L.*',)").returns("['L.B','L.C']");
  bench.gateway.read("obj_1", "'L.B','L.C'").returns("[" + row("L.B", "3") + "," + row("L.C", "4") + "]");
  ASSERT_TRUE(bench.open());
  bench.loop.advance(59s);
  EXPECT_THAT(bench.values(), ElementsAre("L.A=1", "L.B=2"));
  bench.loop.advance(1s);
  EXPECT_THAT(bench.values(), ElementsAre("L.B=3", "L.C=4"));
  EXPECT_THAT(bench.connector->tags(), ElementsAre("L.A", "L.B", "L.C")) << "a tag keeps its number";
}

TEST(OpcdaConnector, TellsAPatternThatMatchesNothing) {
  Bench bench{{list_of({"None.*"}), tags_of({"A"})}};
  bench.gateway.greets().creates("obj_1").call("obj_1", "list", "('None.*',)").returns("[]");
  bench.gateway.read("obj_1", "'A'").returns("[" + row("A", "1") + "]");
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.values(), ElementsAre("A=1"));
  EXPECT_THAT(bench.faults, ElementsAre("read_list None.*"));
}

TEST(OpcdaConnector, GoesOnReadingWhenTheServerDoesNotListAnyMore) {
  Bench bench{{list_of({"L.*"})}};
  bench.gateway.greets().creates("obj_1").call("obj_1", "list", "('L.*',)").returns("['L.A']");
  bench.gateway.call("obj_1", "list", "('L.*',)").raises("OpenOPC.OPCError", "list: -2147467259");
  bench.gateway.read("obj_1", "'L.A'").returns("[" + row("L.A", "1") + "]");
  ASSERT_TRUE(bench.open());
  bench.loop.advance(1min);
  EXPECT_THAT(bench.values(), ElementsAre("L.A=1"));
}

TEST(OpcdaConnector, SearchesForTheItemThatFailsTheWholeCall) {
  Bench bench{{tags_of({"A", "B", "Bad", "D"})}};
  auto& gateway = bench.gateway.greets().creates("obj_1");
  const std::string a = row("A", "1"), b = row("B", "2"), d = row("D", "4");
  const auto search = [&](bool known) {
    gateway.read("obj_1", "'A','B','Bad','D'");
    if (known) return void(gateway.returns("[" + a + "," + b + "," + row("Bad", "3") + "," + d + "]"));
    gateway.raises(kTypeError, kNotIterable);
    gateway.read("obj_1", "'Bad','D'").raises(kTypeError, kNotIterable);
    gateway.read("obj_1", "'A','B'").returns("[" + a + "," + b + "]");
    gateway.read("obj_1", "'D'").returns("[" + d + "]");
    gateway.read("obj_1", "'Bad'").raises(kTypeError, kNotIterable);
  };
  search(false);
  gateway.read("obj_1", "'A','B','D'").returns("[" + a + "," + b + "," + d + "]");
  search(true);
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.values(), ElementsAre("A=1", "B=2", "D=4", "Bad=null"));
  EXPECT_THAT(bench.faults, ElementsAre("OPC item Bad"));
  EXPECT_THAT(bench.values(), ElementsAre("A=1", "B=2", "D=4", "Bad=null")) << "without asking for it";
  EXPECT_THAT(bench.faults, ElementsAre("OPC item Bad"));
  bench.loop.advance(1min);
  EXPECT_THAT(bench.values(), ElementsAre("A=1", "B=2", "Bad=3", "D=4"));
  EXPECT_THAT(bench.faults, IsEmpty());
}

TEST(OpcdaConnector, AReadThatTheServerRefusesIsLostAndGetsANewSession) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().creates("obj_1").read("obj_1", "'A'").raises("OpenOPC.OPCError", "read: -2147023174");
  bench.gateway.greets().closes("obj_1").creates("obj_2");
  bench.gateway.read("obj_2", "'A'").returns("[" + row("A", "1") + "]");
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.values(), ElementsAre(HasSubstr("RPC server unavailable")));
  bench.connector->close();
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.values(), ElementsAre("A=1"));
}

TEST(OpcdaConnector, GivesUpASessionThatWasLostThreeTimesInARow) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().creates("obj_1").read("obj_1", "'A'").peer().close();
  for (int i = 0; i < 2; ++i)
    bench.gateway.greets().call("obj_1", "GUID").returns("''").read("obj_1", "'A'").peer().close();
  bench.gateway.greets().closes("obj_1").creates("obj_2");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(bench.open());
    EXPECT_THAT(bench.values(), ElementsAre(HasSubstr("closed the connection at the first read")));
  }
  EXPECT_TRUE(bench.open());
}

TEST(OpcdaConnector, RenewsItsSessionBeforeItIsHeavy) {
  std::vector<std::string> items(500);
  std::string asked, answer;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = "T" + std::to_string(i);
    asked += fmt::format("{}'{}'", i > 0 ? "," : "", items[i]);
    answer += fmt::format("{}{}", i > 0 ? "," : "[", row(items[i], "1"));
  }
  Bench bench{{tags_of(items)}};
  bench.gateway.greets().creates("obj_1");
  for (int i = 0; i < 90; ++i) bench.gateway.read("obj_1", asked).returns(answer + "]");  // 90 * 90 * 500 > 4,000,000
  bench.gateway.creates("obj_2").closes("obj_1").read("obj_2", asked).returns(answer + "]");
  ASSERT_TRUE(bench.open());
  for (int i = 0; i < 91; ++i) ASSERT_EQ(bench.values().size(), 500u);
}

TEST(OpcdaConnector, RenewsItsSessionAfterHalfAnHourAndTellsThatItWasLostMeanwhile) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().creates("obj_1").read("obj_1", "'A'").returns("[" + row("A", "1") + "]");
  bench.gateway.call("opc", "create_client").peer().close();
  ASSERT_TRUE(bench.open());
  bench.loop.advance(30min);
  EXPECT_THAT(bench.values(), ElementsAre("A=1")) << "what was read is not lost";
  EXPECT_THAT(bench.values(), ElementsAre(HasSubstr("closed the connection at 'create_client'")));
}

TEST(OpcdaConnector, KeepsTheSessionOfASingleItemForLong) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().creates("obj_1");
  for (int i = 0; i < 2000; ++i) bench.gateway.read("obj_1", "'A'").returns("[" + row("A", "1") + "]");
  bench.gateway.creates("obj_2").closes("obj_1").read("obj_2", "'A'").returns("[" + row("A", "1") + "]");
  ASSERT_TRUE(bench.open());
  for (int i = 0; i < 2001; ++i) ASSERT_THAT(bench.values(), ElementsAre("A=1"));
}

TEST(OpcdaConnector, AnAnswerThatIsNoRowsIsAnError) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().creates("obj_1").read("obj_1", "'A'").returns("[('B',1,'Good',None)]");
  ASSERT_TRUE(bench.open());
  EXPECT_THAT(bench.values(), ElementsAre(HasSubstr("an item that was not asked for")));
}

TEST(OpcdaConnector, ProbesForTheServersAndLeavesNothingBehind) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().create("obj_1").call("obj_1", "servers").returns("['Matrikon.OPC.Simulation.1',\"It's\"]");
  bench.gateway.closes("obj_1");
  const auto probed = bench.probe();
  ASSERT_TRUE(probed);
  EXPECT_EQ(probed->text, "Available server: ['Matrikon.OPC.Simulation.1', \"It's\"]");
  EXPECT_EQ(probed->reason, "");
  bench.leave();
}

TEST(OpcdaConnector, AProbeSaysThatTheJobsServerIsNotThere) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().create("obj_1").call("obj_1", "servers").returns("['Kepware.KEPServerEX.V6']");
  bench.gateway.closes("obj_1");
  EXPECT_THAT(bench.probe().value().reason, HasSubstr("'Matrikon.OPC.Simulation.1' is not among them"));
  bench.leave();
}

TEST(OpcdaConnector, AProbeThatFailsLeavesNothingBehindEither) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().create("obj_1").call("obj_1", "servers").raises("OpenOPC.OPCError", "servers: -2147024891");
  bench.gateway.closes("obj_1");
  EXPECT_THAT(bench.probe().error().text, HasSubstr("access denied"));
  bench.leave();
}

TEST(OpcdaConnector, AProbeTakesNoLongerThanItSays) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.expect_greeting().peer().wait(4900ms).reply(
      bench.gateway.frame(pyro::MessageType::connect_ok, 0, "{'handshake':'hello','meta':{}}"));
  bench.gateway.call("opc", "create_client").peer().wait(9900ms);
  bench.gateway.returns("'obj_1'").call("obj_1", "servers").peer().stay_silent();
  EXPECT_EQ(bench.probe().error().code, OpcdaError::no_answer);
  const Duration taken = bench.loop.steady() - SteadyTime{};
  EXPECT_GT(taken, 24s);
  EXPECT_LE(taken, bench.connector->patience());
}

TEST(OpcdaConnector, ClosesItsSessionWhenItIsStoppedInTheMiddleOfARead) {
  Bench bench{{tags_of({"A"})}};
  bench.gateway.greets().creates("obj_1").read("obj_1", "'A'").peer().stay_silent();
  bench.gateway.greets().closes("obj_1");
  ASSERT_TRUE(bench.open());
  const auto alarm = bench.loop.make_alarm();
  bench.loop.spawn([](net::Loop& loop, net::Alarm& a, Connector& c) -> net::Task<> {
    co_await a.wait_until(loop.steady() + 1s);
    c.close();
  }(bench.loop, *alarm, *bench.connector));
  EXPECT_EQ(bench.read().error().code, net::NetError::cancelled);
  bench.leave();
}

}  // namespace
}  // namespace m2c2::machines

// Serpent as the library writes it, in every form, and what is no serpent.
// SPDX-License-Identifier: Apache-2.0
#include "protocols/pyro/serpent.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "protocols/pyro/value.hpp"
#include "tests/vectors/pyro.hpp"

namespace m2c2::pyro {
namespace {

using testing::HasSubstr;
using vectors::pyro_wire::kLiterals;

std::string json(std::string_view text) {
  SerpentReader in{text};
  std::string out;
  in.append_json(out);
  return in.done() ? out : to_text(in.fault());
}

std::string text_of(std::string_view literal) {
  SerpentReader in{literal};
  std::string storage;
  const std::string text{in.text(storage)};
  return in.done() ? text : to_text(in.fault());
}

double number(std::string_view literal) {
  SerpentReader in{literal};
  const double v = in.real();
  EXPECT_TRUE(in.done()) << literal;
  return v;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

TEST(Serpent, BecomesJson) {
  for (const auto& literal : kLiterals) EXPECT_EQ(json(literal.serpent), literal.json);
}

TEST(Serpent, ReadsAsAValueThatIsWrittenTheSame) {
  for (const auto& literal : kLiterals) {
    const auto value = parse_serpent(literal.serpent);
    ASSERT_TRUE(value) << literal.serpent << to_text(value.error());
    EXPECT_EQ(to_serpent(*value), literal.serpent);
  }
}

TEST(Serpent, MayBePassedOver) {
  for (const auto& literal : kLiterals) {
    SerpentReader in{literal.serpent};
    in.skip();
    EXPECT_TRUE(in.done()) << literal.serpent;
  }
}

TEST(Serpent, TakesACommentAndPythonsSpacing) {
  EXPECT_EQ(json("# serpent utf-8 python3.2\n# more\n [ 1 , ( 2 , ) ,\n{ 'a' : None , } , ] "),
            R"([1,[2],{"a":null}])");
  EXPECT_EQ(json("{ \"__class__\" : \"float\", 'value': 'nan' }"), "\"NaN\"");
  EXPECT_EQ(json("u'Python 2'"), "\"Python 2\"");
}

TEST(Serpent, KnowsPythonsEscapes) {
  EXPECT_EQ(text_of(R"('\x41\u00e9\U0001f600\101\7\a\b\f\v\
\"\d')"),
            "A\xC3\xA9\xF0\x9F\x98\x80"
            "A\a\a\b\f\v\"\\d");
  EXPECT_EQ(text_of(R"('\udc80|\ud83d\ude00')"), "\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD");  // lone in Python, all three
  EXPECT_EQ(json(R"(b'\x00\xff\u0041"')"), "\"AP9cdTAwNDEi\"");                             // \u is no escape in bytes
  for (const char* wrong : {R"('\x4')", R"('\u00g0')", R"('\U00110000')", R"('\N{DASH}')", R"('\)"})
    EXPECT_THAT(text_of(wrong), HasSubstr("escape")) << wrong;
}

TEST(Serpent, TakesNumbersBeyondADoubleAsPythonDoes) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(number("1e30000"), infinity);
  EXPECT_EQ(number("-1e+30000"), -infinity);
  EXPECT_EQ(number("0.001e400"), infinity);
  EXPECT_EQ(number("1e99999999999999999999"), infinity);
  EXPECT_EQ(number("1e-99999999999999999999"), 0.0);
  EXPECT_EQ(number("-1000e-400"), 0.0);
  EXPECT_TRUE(std::signbit(number("-1000e-400")));
  EXPECT_EQ(number("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(number("1" + std::string(400, '0') + ".0"), infinity);
  EXPECT_EQ(number("+.5"), 0.5);
  EXPECT_EQ(number("7"), 7.0);
}

TEST(Serpent, PointsIntoItsInputWhereNothingIsEscaped) {
  const std::string_view literal = "('plain','esc\\x61ped','said \"so\"',None)";
  SerpentReader in{literal};
  std::string storage, json;
  in.enter(Kind::tuple);
  in.item();
  const std::string_view plain = in.text(storage);
  EXPECT_EQ(plain.data(), literal.data() + 2);
  in.item();
  EXPECT_EQ(in.text(storage), "escaped");
  in.item();
  EXPECT_FALSE(in.take_none());
  in.append_json_text(json);
  EXPECT_EQ(json, R"("said \"so\"")");
  in.item();
  EXPECT_TRUE(in.take_none());
  in.leave();
  EXPECT_TRUE(in.done());
}

TEST(Serpent, TakesAnExpectedStrOnlyIfItIsThatOneToTheLastByte) {
  for (const std::string_view other : {"'Tag12'", "'Tag'", "'Tag1", "\"Tag1\"", "Tag1", "None", ""}) {
    SerpentReader in{other};
    EXPECT_FALSE(in.take_quoted("'Tag1'")) << other;
    EXPECT_TRUE(in.ok());
  }
  SerpentReader in{" 'Tag1' "};
  EXPECT_TRUE(in.take_quoted("'Tag1'"));
  EXPECT_TRUE(in.done());
}

TEST(Serpent, LeavesAContainerFromAnyItem) {
  SerpentReader in{"[(1,{'a':[2]},{3}),4]"};
  in.enter(Kind::list);
  ASSERT_TRUE(in.next());
  in.enter(Kind::tuple);
  ASSERT_TRUE(in.next());
  in.skip();
  in.leave();
  ASSERT_TRUE(in.next());
  EXPECT_EQ(in.integer(), "4");
  in.leave();
  EXPECT_TRUE(in.done());
}

TEST(Serpent, SaysWhereATextGoesWrong) {
  EXPECT_EQ(json("[1,2"), "byte 4: expected ',' or the closing bracket");
  EXPECT_EQ(json("[1 2]"), "byte 3: expected ',' or the closing bracket");
  EXPECT_EQ(json("(1)"), "byte 2: a tuple of one needs a comma");
  EXPECT_EQ(json("[,1]"), "byte 1: expected a value");
  EXPECT_EQ(json("{'a':1,'b'}"), "byte 10: expected ':' after a key");
  EXPECT_EQ(json("{'a','b':1}"), "byte 8: a ':' in a set");
  EXPECT_EQ(json("{[1]:2}"), "byte 1: a list, a dict or a set is no key and no member of a set");
  EXPECT_EQ(json("{({},):2}"), "byte 2: a list, a dict or a set is no key and no member of a set");
  EXPECT_EQ(json("1 2"), "byte 2: expected the end");
  EXPECT_EQ(json("# only a comment"), "byte 16: expected a value");
  EXPECT_EQ(json("'open"), "byte 5: a str without an end");
  EXPECT_EQ(json("'line\nbreak'"), "byte 5: a str without an end");
  for (const char* wrong : {"", "nan", "null", "Nonsense", "007", "1_000", "0x10", "--1", "1.e", "'a' 'b'", "4j",
                            "{'data': 'A', 'encoding': 'base64'}", "]", "[)", "os.system('x')"})
    EXPECT_THAT(json(wrong), HasSubstr("byte ")) << wrong;
}

TEST(Serpent, StopsAtTheFirstThingThatIsNotAsAskedFor) {
  SerpentReader in{"[('T',1)]"};
  std::string storage;
  in.enter(Kind::list);
  in.next();
  in.enter(Kind::tuple);
  in.item();
  EXPECT_EQ(in.text(storage), "T");
  in.item();
  EXPECT_EQ(in.text(storage), "");
  EXPECT_FALSE(in.next());
  EXPECT_EQ(in.kind(), Kind::nothing);
  EXPECT_EQ(in.real(), 0);
  EXPECT_FALSE(in.done());
  EXPECT_EQ(to_text(in.fault()), "byte 6: expected a str");
}

TEST(Serpent, HasLimits) {
  EXPECT_THAT(json(repeated("[", kMostDepth) + repeated("]", kMostDepth)), HasSubstr("[[["));
  EXPECT_THAT(json(repeated("[", kMostDepth + 1)), HasSubstr("byte 200: nested deeper"));
  EXPECT_FALSE(parse_serpent(repeated("(", 1'000'000)));
  SerpentReader in{"[1,2,3,4]", 3};
  in.skip();
  EXPECT_EQ(to_text(in.fault()), "byte 7: more values than the limit");
}

TEST(Serpent, WritesRequestsThatPythonReads) {
  EXPECT_EQ(to_serpent(Tuple{{"Tag's", std::int64_t{5}, 1.0, true, None{}}}), "(\"Tag's\",5,1.0,True,None)");
  EXPECT_EQ(to_serpent(Tuple{{List{{"a", "b"}}}}), "(['a','b'],)");
  EXPECT_EQ(to_serpent(Dict{{{"sync", true}}}), "{'sync':True}");
  EXPECT_EQ(to_serpent(Set{}), "()");
  EXPECT_EQ(to_serpent(std::string("\0\x1f\\", 3)), "'\\x00\\x1f\\\\'");
}

}  // namespace
}  // namespace m2c2::pyro

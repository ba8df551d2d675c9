// The SLMP part of a job.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "job/edited_sample.hpp"

namespace m2c2::job {
namespace {

using slmp::DataType;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

SlmpJob slmp_job(const Edited& request) { return std::get<SlmpJob>(request.request().definition->protocol); }

/// The ASCII sample with one attribute alone. `'` stands for `"`.
Edited with_attribute(const std::string& json) {
  return Edited{"slmp-ascii-deploy"}.set_json(kAttributes, "[" + json + "]");
}

/// A device_read of D100 with more members in its address-list.
Edited device_read(const std::string& subcommand, const std::string& points, const std::string& more = "") {
  return with_attribute("{'function':'device_read','address-list':{'tag-name':'t','subcommand':'" + subcommand +
                        "','device-code':'D*','head-device':'000100','number-of-points':'" + points + "'" + more +
                        "}}");
}

std::string word(const std::string& tag, const std::string& more = "") {
  return "{'tag-name':'" + tag + "','device-code':'D*','head-device':'000100'" + more + "}";
}

Edited random_read(const std::string& words, const std::string& dwords) {
  return with_attribute("{'function':'device_read_random','address-list':{'subcommand':'0000','words':[" + words +
                        "],'dwords':[" + dwords + "]}}");
}

Edited array_label(const std::string& more) {
  return with_attribute("{'function':'array_label_read','address-list':{'subcommand':'0000','label-list':[{" +
                        std::string{"'tag-name':'t','label':'a[0]'"} + more + "}]}}");
}

std::string connectivity(std::string_view key) { return std::string{kConnectivity} + "/" + std::string{key}; }

TEST(SlmpConnectivity, IsReadFromTheSample) {
  const auto c = slmp_job(Edited{"slmp-ascii-deploy"}).connectivity;
  EXPECT_EQ(c.host, "192.168.3.250");
  EXPECT_EQ(c.port, 5548);
  EXPECT_EQ(c.ethernet, Ethernet::tcp);
  EXPECT_EQ(c.format, (slmp::Format{slmp::FrameType::e4, slmp::Code::ascii}));
  EXPECT_EQ(c.route, (slmp::Route{.network = 0, .station = 255, .module_io = 0x03FF, .multidrop = 0}));
  EXPECT_EQ(c.timer, 0);
}

TEST(SlmpConnectivity, TakesItsWordsWhateverTheCase) {
  const auto c = slmp_job(Edited{"slmp-binary-deploy"}
                              .set(connectivity("subheader"), "Without Serial")
                              .set(connectivity("communication-code"), "BINARY")
                              .set(connectivity("ethernet"), "UDP"))
                     .connectivity;
  EXPECT_EQ(c.format, (slmp::Format{slmp::FrameType::e3, slmp::Code::binary}));
  EXPECT_EQ(c.ethernet, Ethernet::udp);
}

TEST(SlmpConnectivity, KeepsToTheRangesOfItsFields) {
  const auto problems = [](std::string_view key, boost::json::value value) {
    return Edited{"slmp-ascii-deploy"}.set(connectivity(key), std::move(value)).problems();
  };
  EXPECT_THAT(problems("port-number", 65535), IsEmpty());
  EXPECT_THAT(problems("port-number", 0), SizeIs(1));
  EXPECT_THAT(problems("network", 239), IsEmpty());
  EXPECT_THAT(problems("network", 240), SizeIs(1));
  EXPECT_THAT(problems("station", 120), IsEmpty());
  EXPECT_THAT(problems("station", 121), ElementsAre(HasSubstr("give an integer from 0 to 120, or 255")));
  EXPECT_THAT(problems("multidrop", 31), IsEmpty());
  EXPECT_THAT(problems("multidrop", 32), SizeIs(1));
  EXPECT_THAT(problems("timer", 65536), SizeIs(1));
  EXPECT_THAT(problems("timer", -1), SizeIs(1));
  EXPECT_THAT(problems("module", 3), ElementsAre(StartsWith("Parameter module must be string. Found 3;")));
  EXPECT_THAT(problems("subheader", "serial"),
              ElementsAre(HasSubstr("Found 'serial'; give 'with serial' or 'without serial'")));
  EXPECT_THAT(problems("ethernet", "tcp "), SizeIs(1));
}

TEST(SlmpConnectivity, NeedsAllItsMembers) {
  for (const auto* key : {"machine-ip", "port-number", "network", "station", "module", "multidrop", "timer",
                          "subheader", "communication-code", "ethernet"})
    EXPECT_THAT(Edited{"slmp-ascii-deploy"}.erase(kConnectivity, key).problems(),
                ElementsAre(StartsWith(std::string{"Parameter "} + key + " not found in job request.")))
        << key;
}

TEST(SlmpAttributes, MeanTheSameInAsciiAndBinary) {
  const auto ascii = slmp_job(Edited{"slmp-ascii-deploy"});
  const auto binary = slmp_job(Edited{"slmp-binary-deploy"});
  for (const auto* job : {&ascii, &binary}) {
    ASSERT_THAT(job->attributes, SizeIs(4));
    const auto& batch = std::get<DeviceRead>(job->attributes[0]);
    EXPECT_EQ(batch.tag, "tst_tag");
    EXPECT_EQ(batch.read, (slmp::DeviceRead{0x0000, {0x90, 100}, 2}));
    const auto& random = std::get<DeviceReadRandom>(job->attributes[1]);
    ASSERT_THAT(random.words, SizeIs(4));
    EXPECT_EQ(random.words[3].tag, "tst_wd_3");
    EXPECT_EQ(random.words[3].device, (slmp::Device{0x9C, 0x20}));
    ASSERT_THAT(random.dwords, SizeIs(3));
    EXPECT_EQ(random.dwords[0].device, (slmp::Device{0xA8, 1500}));
    EXPECT_EQ(random.dwords[1].device, (slmp::Device{0x9D, 0x160}));
  }
}

TEST(SlmpAttributes, ReadLabels) {
  const auto job = slmp_job(Edited{"slmp-ascii-deploy"});
  const auto& array = std::get<ArrayLabelRead>(job.attributes[2]);
  EXPECT_THAT(array.abbreviations, ElementsAre("Typ1"));
  ASSERT_THAT(array.labels, SizeIs(2));
  EXPECT_EQ(array.labels[0].tag, "tag1");
  EXPECT_EQ(array.labels[0].label, (slmp::ArrayLabel{"%1.led[2]", 1, 8}));
  const auto& random = std::get<LabelReadRandom>(job.attributes[3]);
  EXPECT_THAT(random.abbreviations, IsEmpty());
  ASSERT_THAT(random.labels, SizeIs(3));
  EXPECT_EQ(random.labels[2].label.label, "Sw.led");
}

TEST(SlmpAttributes, AreInTheNotationOfTheirCode) {
  Edited request{"slmp-ascii-deploy"};
  request.set(connectivity("communication-code"), "binary");
  const auto problems = request.problems();
  EXPECT_THAT(problems, SizeIs(8));
  EXPECT_THAT(problems, Each(HasSubstr("device-code out of range. '")));
}

TEST(SlmpAttributes, AreCheckedForTheRestWhenTheCodeIsUnknown) {
  EXPECT_THAT(Edited{"slmp-ascii-deploy"}
                  .set(connectivity("communication-code"), "ebcdic")
                  .set(std::string{kAttributes} + "/0/address-list/tag-name", "a/b")
                  .erase(std::string{kAttributes} + "/0/address-list", "head-device")
                  .problems(),
              ElementsAre(HasSubstr("Found 'ebcdic'; give 'ascii' or 'binary'"), HasSubstr("'a/b' contains '/'"),
                          HasSubstr("Parameter head-device not found")));
}

TEST(SlmpAttributes, HaveAFunction) {
  EXPECT_THAT(with_attribute("{'function':'write','address-list':{}}").problems(),
              ElementsAre("Unsupported protocol function. Found 'write'; give 'device_read', 'device_read_random', "
                          "'array_label_read' or 'label_read_random'. "
                          "(job.machine-details.data-parameters.attributes[0].function)"));
  EXPECT_THAT(with_attribute("{}").problems(),
              ElementsAre(StartsWith("Parameter function not found"), StartsWith("Parameter address-list not found")));
  EXPECT_THAT(with_attribute("5").problems(),
              ElementsAre(StartsWith("Parameter attributes[0] must be object. Found 5")));
  EXPECT_THAT(with_attribute("{'function':'device_read','address-list':['D100']}").problems(),
              ElementsAre(StartsWith("Parameter address-list must be object. Found an array")));
}

TEST(SlmpAttributes, TellWhatIsMissing) {
  EXPECT_THAT(with_attribute("{'function':'device_read','address-list':{}}").problems(),
              ElementsAre(StartsWith("Parameter tag-name not found"), StartsWith("Parameter subcommand not found"),
                          StartsWith("Parameter device-code not found"), StartsWith("Parameter head-device not found"),
                          StartsWith("Parameter number-of-points not found")));
  EXPECT_THAT(array_label("").problems(),
              ElementsAre(StartsWith("Parameter read-unit not found"), StartsWith("Parameter data-length not found")));
}

TEST(SlmpAttributes, SayWhatIsWrongWithADevice) {
  EXPECT_THAT(device_read("0000", "ZZ").problems(),
              ElementsAre(AllOf(StartsWith("Value number-of-points out of range. 'ZZ' "),
                                EndsWith(".attributes[0].address-list.number-of-points)"))));
  EXPECT_THAT(device_read("0000", "0000").problems(), SizeIs(1));
  EXPECT_THAT(device_read("0000", "FFFF").problems(), IsEmpty());
  EXPECT_THAT(device_read("1401", "0001").problems(), ElementsAre(StartsWith("Value subcommand out of range. '1401'")));
  EXPECT_THAT(
      random_read(word("a"), "").set(std::string{kAttributes} + "/0/address-list/subcommand", "0001").problems(),
      ElementsAre(HasSubstr("Found '0001'; this function has 0000 0002")));
}

TEST(SlmpAttributes, QuoteALongTextCut) {
  const auto problems = device_read("0000", std::string(5000, '9')).problems();
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_LT(problems.front().size(), 400U);
}

TEST(SlmpAttributes, NameEachTagOnceInTheWholeJob) {
  EXPECT_THAT(random_read(word("a") + "," + word("b"), word("a")).problems(),
              ElementsAre("Value tag-name out of range. 'a' is there a second time; give each tag once. "
                          "(job.machine-details.data-parameters.attributes[0].address-list.dwords[0].tag-name)"));
  EXPECT_THAT(Edited{"slmp-ascii-deploy"}
                  .set(std::string{kAttributes} + "/3/address-list/label-list/0/tag-name", "tst_tag")
                  .problems(),
              ElementsAre(HasSubstr("'tst_tag' is there a second time")));
}

TEST(SlmpAttributes, ReadAtLeastOneTag) {
  EXPECT_THAT(random_read("", "").problems(), ElementsAre(HasSubstr("Give at least one device in words or dwords.")));
  EXPECT_THAT(random_read(word("a"), "").problems(), IsEmpty());
  EXPECT_THAT(random_read("", word("a")).problems(), IsEmpty());
  EXPECT_THAT(with_attribute("{'function':'device_read_random','address-list':{'subcommand':'0000'}}").problems(),
              ElementsAre(HasSubstr("Give at least one device in words or dwords.")));
  EXPECT_THAT(with_attribute("{'function':'label_read_random','address-list':{'subcommand':'0000','label-list':[]}}")
                  .problems(),
              ElementsAre(HasSubstr("Value label-list out of range. Found an empty array")));
}

TEST(SlmpAttributes, TakeMoreDevicesThanOneRequestHolds) {
  std::string words = word("t0");
  for (int i = 1; i < 300; ++i) words += "," + word("t" + std::to_string(i));
  EXPECT_THAT(random_read(words, "").problems(), IsEmpty());
}

TEST(SlmpAttributes, HaveATypeThatDividesThePoints) {
  EXPECT_THAT(device_read("0000", "0002", ",'data-type':'float32'").problems(), IsEmpty());
  EXPECT_THAT(device_read("0000", "0008", ",'data-type':'float64'").problems(), IsEmpty());
  EXPECT_THAT(device_read("0000", "0003", ",'data-type':'string'").problems(), IsEmpty());
  EXPECT_THAT(device_read("0000", "0003", ",'data-type':'bit'").problems(), IsEmpty());
  EXPECT_THAT(device_read("0000", "0003", ",'data-type':'float32'").problems(),
              ElementsAre(HasSubstr("Value data-type out of range. Found 'float32', which takes 2 words, where 3 are "
                                    "read; make number-of-points a multiple of 2.")));
  EXPECT_THAT(device_read("0000", "0003", ",'data-type':'double'").problems(),
              ElementsAre(HasSubstr("Found 'double'; give 'bit', 'int16',")));
  EXPECT_THAT(device_read("0000", "0002", ",'data-type':7").problems(),
              ElementsAre(StartsWith("Parameter data-type must be string. Found 7;")));
}

TEST(SlmpAttributes, ReadBitsAsBits) {
  EXPECT_THAT(device_read("0001", "0007").problems(), IsEmpty());
  EXPECT_THAT(device_read("0001", "0007", ",'data-type':'bit'").problems(), IsEmpty());
  EXPECT_THAT(device_read("0001", "0008", ",'data-type':'int16'").problems(),
              ElementsAre(HasSubstr("Found 'int16', where bits are read; give 'bit', or leave it out")));
}

TEST(SlmpAttributes, HaveAOneWordTypeInWordsAndATwoWordTypeInDwords) {
  for (const auto* type : {"bit", "int16", "uint16", "string"})
    EXPECT_THAT(random_read(word("a", std::string{",'data-type':'"} + type + "'"), "").problems(), IsEmpty()) << type;
  for (const auto* type : {"int32", "uint32", "float32", "int64", "uint64", "float64"})
    EXPECT_THAT(random_read(word("a", std::string{",'data-type':'"} + type + "'"), "").problems(),
                ElementsAre(HasSubstr("where one word is read; give 'bit',")))
        << type;
  for (const auto* type : {"int32", "uint32", "float32"})
    EXPECT_THAT(random_read("", word("a", std::string{",'data-type':'"} + type + "'")).problems(), IsEmpty()) << type;
  for (const auto* type : {"bit", "int16", "string", "float64"})
    EXPECT_THAT(random_read("", word("a", std::string{",'data-type':'"} + type + "'")).problems(),
                ElementsAre(HasSubstr("where a double word is read; give 'int32',")))
        << type;
}

TEST(SlmpAttributes, KeepTheTypesThatAreGiven) {
  const auto job = slmp_job(random_read(word("a", ",'data-type':'INT16'"), word("b", ",'data-type':'float32'")));
  const auto& random = std::get<DeviceReadRandom>(job.attributes.at(0));
  EXPECT_EQ(random.words[0].type, DataType::int16);
  EXPECT_EQ(random.dwords[0].type, DataType::float32);
}

TEST(SlmpAttributes, ReadLabelsInBitsOrBytes) {
  EXPECT_THAT(array_label(",'read-unit':0,'data-length':7").problems(), IsEmpty());
  EXPECT_THAT(array_label(",'read-unit':2,'data-length':7").problems(), SizeIs(1));
  EXPECT_THAT(array_label(",'read-unit':1,'data-length':0").problems(), SizeIs(1));
  EXPECT_THAT(array_label(",'read-unit':1,'data-length':'8'").problems(),
              ElementsAre(StartsWith("Parameter data-length must be integer. Found '8'")));
  EXPECT_THAT(array_label(",'read-unit':1,'data-length':8,'data-type':'float32'").problems(), IsEmpty());
  EXPECT_THAT(array_label(",'read-unit':1,'data-length':7,'data-type':'float32'").problems(), IsEmpty());
  EXPECT_THAT(array_label(",'read-unit':1,'data-length':6,'data-type':'float32'").problems(),
              ElementsAre(HasSubstr("takes 2 words, where 3 are read; make data-length a multiple of 4")));
  EXPECT_THAT(array_label(",'read-unit':0,'data-length':32,'data-type':'int32'").problems(),
              ElementsAre(HasSubstr("where bits are read")));
}

TEST(SlmpAttributes, TakeAbbreviationsAsAListOrNone) {
  const auto with_abbreviation = [](const std::string& json) {
    return with_attribute("{'function':'label_read_random','address-list':{'subcommand':'0000'," + json +
                          "'label-list':[{'tag-name':'t','label':'%1.a'}]}}");
  };
  EXPECT_THAT(with_abbreviation("").problems(), IsEmpty());
  EXPECT_THAT(with_abbreviation("'abbreviation':['a','b'],").problems(), IsEmpty());
  EXPECT_THAT(with_abbreviation("'abbreviation':'a',").problems(),
              ElementsAre(StartsWith("Parameter abbreviation must be array. Found 'a'")));
  EXPECT_THAT(with_abbreviation("'abbreviation':['a',''],").problems(),
              ElementsAre(StartsWith("Value abbreviation[1] out of range. '' is empty;")));
}

TEST(SlmpAttributes, TakeLabelsOfUpTo256Characters) {
  const auto with_label = [](const std::string& label) {
    return with_attribute("{'function':'label_read_random','address-list':{'subcommand':'0000','label-list':[" +
                          std::string{"{'tag-name':'t','label':'"} + label + "'}]}}");
  };
  EXPECT_THAT(with_label(std::string(256, 'a')).problems(), IsEmpty());
  EXPECT_THAT(with_label(std::string(257, 'a')).problems(),
              ElementsAre(HasSubstr("is 257 characters long; give at most 256")));
  EXPECT_THAT(with_label("").problems(), SizeIs(1));
}

TEST(SlmpValueFormat, IsTypedUnlessHexIsAskedFor) {
  const auto pointer = std::string{kData} + "/value-format";
  EXPECT_EQ(slmp_job(Edited{"slmp-ascii-deploy"}).value_format, ValueFormat::typed);
  EXPECT_EQ(slmp_job(Edited{"slmp-ascii-deploy"}.set(pointer, "hex")).value_format, ValueFormat::hex);
  EXPECT_THAT(Edited{"slmp-ascii-deploy"}.set(pointer, "raw").problems(),
              ElementsAre(HasSubstr("Found 'raw'; give 'typed' or 'hex'")));
}

TEST(SlmpTags, AreAtMost100000) {
  std::string labels;
  for (int i = 1; i <= 100'001; ++i) labels += "{'tag-name':'" + std::to_string(i) + "','label':'a'},";
  labels.pop_back();
  const auto request = with_attribute(
      "{'function':'label_read_random','address-list':{'subcommand':'0000','label-list':[" + labels + "]}}");
  EXPECT_THAT(
      request.problems(),
      ElementsAre(StartsWith("Value tag-name out of range. It is tag 100001; give a job at most 100000 tags.")));
}

}  // namespace
}  // namespace m2c2::job

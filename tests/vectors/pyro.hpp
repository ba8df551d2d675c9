// Pyro frames as Pyro4 4.82 and a daemon of it write them, and values as serpent 1.41 writes them, captured: for the
// tests of whoever speaks Pyro.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/hex.hpp"

namespace m2c2::vectors::pyro_wire {

/// A frame: header and annotations in hex, with blanks; then the data, as serpent without its comment line, or in hex.
struct Captured {
  std::string_view header;
  std::string_view annotations;
  std::string_view serpent;
  std::string_view hex = "";

  std::string text() const { return "# serpent utf-8 python3.2\n" + std::string{serpent}; }

  Bytes frame() const {
    std::string digits;
    for (const std::string_view part : {header, annotations, hex})
      for (const char c : part)
        if (c != ' ') digits += c;
    auto bytes = from_hex(digits);
    if (!bytes) throw std::invalid_argument{digits};
    if (serpent.empty()) return *bytes;
    const std::string data = text();
    ByteWriter{*bytes}.text(data);
    return *bytes;
  }
};

// A session from its beginning; the second connection would not have been needed.
inline constexpr Captured kConnect{"50 59 52 4f 00 30 00 01 00 10 00 00 00 00 00 3e 00 01 00 00 00 00 35 69", "",
                                   "{'handshake':'hello','object':'opc'}"};
inline constexpr Captured kConnectOk{
    "50 59 52 4f 00 30 00 02 00 10 00 00 00 00 00 8a 00 01 00 16 00 00 35 cc",
    "43 4f 52 52 00 10 3e 6f 06 ea 8d b9 41 40 92 a7 32 4c 23 aa 1a b4",
    "{'handshake':'hello','meta':{'methods':['get_clients','create_client','release_client'],'oneway':[],'attrs':[]}}"};
inline constexpr Captured kConnectOkWithoutMetadata{
    "50 59 52 4f 00 30 00 02 00 00 00 00 00 00 00 21 00 01 00 16 00 00 35 53",
    "43 4f 52 52 00 10 72 af 77 6a 24 ef 40 cb ab f6 06 6b ff 8e 4b f1", "'hello'"};
inline constexpr Captured kCreateClient{"50 59 52 4f 00 30 00 04 00 00 00 01 00 00 00 37 00 01 00 00 00 00 35 56", "",
                                        "('opc','create_client',(),{})"};
inline constexpr Captured kProxy{
    "50 59 52 4f 00 30 00 05 00 00 00 01 00 00 00 a0 00 01 00 16 00 00 35 d6",
    "43 4f 52 52 00 10 8e 14 f1 76 57 51 4c 07 a7 c4 25 ac a9 84 19 66",
    "{'__class__':'Pyro4.core.Proxy','state':('PYRO:obj_74842a44b9054bc7a9e12251a4074cdf@127.0.0.1:7799',(),(),(),0.0,"
    "None,'hello',0,None)}"};
inline constexpr std::string_view kClientId = "obj_74842a44b9054bc7a9e12251a4074cdf";
inline constexpr Captured kConnectServer{
    "50 59 52 4f 00 30 00 04 00 00 00 01 00 00 00 6e 00 01 00 00 00 00 35 8d", "",
    "('obj_74842a44b9054bc7a9e12251a4074cdf','connect',('Matrikon.OPC.Simulation.1',),{})"};
inline constexpr Captured kConnectedServer{"50 59 52 4f 00 30 00 05 00 00 00 01 00 00 00 1e 00 01 00 16 00 00 35 54",
                                           "43 4f 52 52 00 10 aa 7b 1e 0c 7d ec 4b 6f 90 6d 64 f9 8e 6f ed 8d", "None"};
inline constexpr Captured kList{
    "50 59 52 4f 00 30 00 04 00 00 00 02 00 00 00 70 00 01 00 00 00 00 35 90", "",
    "('obj_74842a44b9054bc7a9e12251a4074cdf','list',('Simulation Items.Random.*Int4*',),{})"};
inline constexpr Captured kListed{"50 59 52 4f 00 30 00 05 00 00 00 02 00 00 00 38 00 01 00 16 00 00 35 6f",
                                  "43 4f 52 52 00 10 43 3d d0 25 d0 bb 45 78 88 ed 2f 33 58 78 0a 21",
                                  "['Random.Int4','Random.UInt4']"};
inline constexpr Captured kRead{"50 59 52 4f 00 30 00 05 00 00 00 02 00 00 00 59 00 01 00 16 00 00 35 90",
                                "43 4f 52 52 00 10 a2 1a 93 6d 6b cd 42 3d ae 47 e7 40 a2 49 92 61",
                                "[('Tank.Level',20.5,'Good','2024-05-06 07:08:09.123000+00:00')]"};
inline constexpr Captured kPong{"50 59 52 4f 00 30 00 06 00 00 00 05 00 00 00 04 00 2a 00 16 00 00 35 68",
                                "43 4f 52 52 00 10 ff ed 99 94 72 6d 4c 05 91 ca 03 a4 f7 14 d5 de", "", "70 6f 6e 67"};
/// ['Default', …] sixty times, with PYRO_COMPRESSION.
inline constexpr Captured kCompressed{
    "50 59 52 4f 00 30 00 05 00 02 00 06 00 00 00 34 00 01 00 16 00 00 35 71",
    "43 4f 52 52 00 10 4b 43 5f d6 64 7e 40 fa a1 fe b2 18 7b 9e aa ab", "",
    "789c5356284e2d2a48cd2b51282d49d3b55028a82cc9c8cf33d633e28a5677494d4b2ccd2951d719658db2a8c68a0500e206cbc8"};
/// Its traceback is shortened, and its length and checksum with it.
inline constexpr Captured kOpcError{
    "50 59 52 4f 00 30 00 05 00 01 00 07 00 00 00 d3 00 01 00 00 00 00 35 fa", "",
    "{'__class__':'OpenOPC.OPCError','__exception__':True,'args':('Connect: -2147221005',),'attributes':{"
    "'_pyroTraceback':['Traceback (most recent call last):\\n','OPCError: -2147221005\\n']}}"};
inline constexpr Captured kUnknownObject{"50 59 52 4f 00 30 00 03 00 00 00 00 00 00 00 2a 00 01 00 16 00 00 35 5d",
                                         "43 4f 52 52 00 10 65 b0 78 2b 19 ca 46 74 9f 50 c3 89 e3 ef 81 15",
                                         "'unknown object'"};
/// In marshal: "header checksum mismatch".
inline constexpr Captured kRefusedInMarshal{
    "50 59 52 4f 00 30 00 03 00 00 00 00 00 00 00 1a 00 03 00 00 00 00 35 39", "", "",
    "fa 18 68 65 61 64 65 72 20 63 68 65 63 6b 73 75 6d 20 6d 69 73 6d 61 74 63 "
    "68"};
/// From a call in serializer 4, which the daemon answers in that: the data is a pickle, not shown.
inline constexpr Captured kAnswerInPickle{"50 59 52 4f 00 30 00 05 00 01 00 09 00 00 00 02 00 04 00 00 00 00 35 2e", "",
                                          "", "80 05"};
/// Both annotations of a daemon with an HMAC key.
inline constexpr Captured kWithHmac{
    "50 59 52 4f 00 30 00 04 00 00 00 07 00 00 00 35 00 01 00 30 00 00 35 8a",
    "43 4f 52 52 00 10 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 48 4d 41 43 00 14 29 4f 01 a9 11 96 71 8b fb c3 "
    "0e dd b8 2c 21 0e 9d 2e 3a 40",
    "('opc','get_clients',(),{})"};
/// Pyro5, protocol 502; the data is left away, as its length says.
inline constexpr Captured kPyro5Connect{
    "50 59 52 4f 01 f6 01 01 00 00 00 00 00 00 00 46 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
    "4d c5",
    "", "{'handshake':'hello','object':'OpcDaClient'}"};

/// A value as serpent.dumps writes it, and the JSON that it becomes.
struct Literal {
  std::string_view serpent;
  std::string_view json;
};

inline constexpr Literal kLiterals[] = {
    {"None", "null"},
    {"True", "true"},
    {"False", "false"},
    {"0", "0"},
    {"-12", "-12"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", "9223372036854775808"},
    {"-1000000000000000000000000000000", "-1000000000000000000000000000000"},
    {"0.1", "0.1"},
    {"1e+16", "1e+16"},
    {"5e-324", "5e-324"},
    {"1.7976931348623157e+308", "1.7976931348623157e+308"},
    {"-0.0", "-0.0"},
    {"1e30000", "\"Infinity\""},
    {"-1e30000", "\"-Infinity\""},
    {"{'__class__':'float','value':'nan'}", "\"NaN\""},
    {"(3.0+4.0j)", "\"(3.0+4.0j)\""},
    {"(-0.5-1e+300j)", "\"(-0.5-1e+300j)\""},
    {"''", "\"\""},
    {"\"it's\"", "\"it's\""},
    {"'say \"hi\"'", "\"say \\\"hi\\\"\""},
    {"'both \\' and \"'", "\"both ' and \\\"\""},
    {"'back\\\\slash'", "\"back\\\\slash\""},
    {"'line\\nbreak\\ttab\\rcr'", "\"line\\nbreak\\ttab\\rcr\""},
    {"'nul\\x00bell\\x07del\\x7f'", "\"nul\\u0000bell\\u0007del\\u007F\""},
    {"'F\xC3\xBCllstand \xC2\xB0"
     "C \xE6\xB8\xA9 \xF0\x9F\x98\x80'",
     "\"F\xC3\xBCllstand \xC2\xB0"
     "C \xE6\xB8\xA9 \xF0\x9F\x98\x80\""},
    {"{'data': '', 'encoding': 'base64'}", "\"\""},
    {"{'data': 'AAH+/w==', 'encoding': 'base64'}", "\"AAH+/w==\""},
    {"{'data': 'YWJj', 'encoding': 'base64'}", "\"YWJj\""},
    {"()", "[]"},
    {"(1,)", "[1]"},
    {"(1,2)", "[1,2]"},
    {"[]", "[]"},
    {"[1,[2,[]]]", "[1,[2,[]]]"},
    {"{}", "{}"},
    {"{'a':1,'b':[None]}", "{\"a\":1,\"b\":[null]}"},
    {"{1:'x'}", "{\"1\":\"x\"}"},
    {"{(1,'a'):2.5}", "{\"[1,\\\"a\\\"]\":2.5}"},
    {"{7}", "[7]"},
    {"((1,2),(3,4))", "[[1,2],[3,4]]"},
    {"[('Random.Int4',1234,'Good','2024-05-06 07:08:09.123000+00:00'),('Nope',None,'Error',None)]",
     "[[\"Random.Int4\",1234,\"Good\",\"2024-05-06 07:08:09.123000+00:00\"],[\"Nope\",null,\"Error\",null]]"},
};

}  // namespace m2c2::vectors::pyro_wire

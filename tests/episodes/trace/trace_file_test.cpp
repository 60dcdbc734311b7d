// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include "episodes/trace/line_file.h"
#include "episodes/trace/trace.h"
#include "sim/api/file_io.h"
#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHead =
    "{\"schema\": \"wavetank.trace/1\", \"world\": \"real\", \"scenario\": \"s\", "
    "\"agent\": \"a\", \"seed\": 1, \"repetition\": 1}\n";
constexpr const char* kEnd = "{\"t\": 2, \"end\": {\"verdict\": 1}}\n";

TraceHeader SomeHeader() {
  return {.real = true,
          .scenario = "testbed/hotel-oom",
          .seed = 18446744073709551615u,
          .agent = "rule",
          .repetition = 3,
          .engine = "0123456789ab-dirty",
          .kubernetes = "v1.35.4",
          .began = "2026-01-31T12:00:00Z",
          .machine = "2 cores, \"small\""};
}

// A number of any size that a row may have.
f32 SomeNumber(std::mt19937& random) {
  for (;;) {
    const f32 value = std::bit_cast<f32>(static_cast<u32>(random()) & 0x7fffffffu);
    if (std::isfinite(value) && value < 1e29f) return value;
  }
}

TraceTraffic SomeTraffic(std::mt19937& random, SimTime at) {
  TraceTraffic out;
  out.at = at;
  out.client_known = at % (2 * kSecond) == 0;
  const auto number = [&] { return SomeNumber(random); };
  if (out.client_known) out.client = {number(), number(), number(), number(), number()};
  out.services.push_back({"geo", {number(), number(), number(), number(), number(), number(),
                                  number(), number()}});
  out.operations.push_back({"geo/nearby", {number(), number(), number(), number()}});
  return out;
}

std::string Refusal(const TempDir& folder, const std::string& text) {
  const auto path = folder.Write("t.jsonl", text);
  const Result<Trace> read = ReadTrace(path.string());
  EXPECT_FALSE(read.ok());
  if (read) return "";
  EXPECT_EQ(read.error().code, ErrorCode::kInvalidInput);
  std::string said = read.error().Text();
  EXPECT_EQ(said.find(path.string()), 0u) << said;
  return said.substr(std::min(path.string().size(), said.size()));
}

void WriteSome(TraceWriter& writer, const std::vector<TraceTraffic>& traffic) {
  writer.Add(TraceChange{0, ChangeType::kAdded, R"({"kind":"Pod","metadata":{"name":"a"}})"});
  for (const TraceTraffic& line : traffic) writer.Add(line);
  writer.Add(TraceRequest{.at = 60'200 * kMillisecond,
                          .method = "PATCH",
                          .path = "/api/v1/namespaces/hotel/services/geo",
                          .content_type = "application/merge-patch+json",
                          .body = R"({"spec":{"port":1}})",
                          .status = 200});
  writer.Add(TraceRequest{.at = kMinute,
                          .by_agent = true,
                          .method = "DELETE",
                          .path = "/p",
                          .content_type = "",
                          .body = ""});
  writer.Add(TraceAction{120 * kSecond, R"({"at_s":120.0,"verb":"wait"})", true});
  writer.Add(TraceChange{-1500 * kMillisecond, ChangeType::kDeleted, R"({"kind":"Pod"})"});
}

void ExpectEqual(const TraceHeader& a, const TraceHeader& b) {
  EXPECT_EQ(a.real, b.real);
  EXPECT_EQ(a.scenario, b.scenario);
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_EQ(a.agent, b.agent);
  EXPECT_EQ(a.repetition, b.repetition);
  EXPECT_EQ(a.engine, b.engine);
  EXPECT_EQ(a.kubernetes, b.kubernetes);
  EXPECT_EQ(a.began, b.began);
  EXPECT_EQ(a.machine, b.machine);
}

template <class Row>
bool SameBytes(const Row& a, const Row& b) {
  return std::memcmp(&a, &b, sizeof(Row)) == 0;
}

void ExpectEqual(const std::vector<TraceTraffic>& read, const std::vector<TraceTraffic>& written) {
  ASSERT_EQ(read.size(), written.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    const TraceTraffic &a = read[i], &b = written[i];
    EXPECT_EQ(a.at, b.at);
    EXPECT_EQ(a.client_known, b.client_known);
    EXPECT_TRUE(SameBytes(a.client, b.client));
    ASSERT_EQ(a.services.size(), 1u);
    ASSERT_EQ(a.operations.size(), 1u);
    EXPECT_EQ(a.services[0].first, "geo");
    EXPECT_EQ(a.operations[0].first, "geo/nearby");
    EXPECT_TRUE(SameBytes(a.services[0].second, b.services[0].second));
    EXPECT_TRUE(SameBytes(a.operations[0].second, b.operations[0].second));
  }
}

void ExpectSomeRequests(const std::vector<TraceRequest>& read) {
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].at, 60'200 * kMillisecond);
  EXPECT_FALSE(read[0].by_agent);
  EXPECT_EQ(read[0].method, "PATCH");
  EXPECT_EQ(read[0].path, "/api/v1/namespaces/hotel/services/geo");
  EXPECT_EQ(read[0].content_type, "application/merge-patch+json");
  EXPECT_EQ(read[0].body, R"({"spec":{"port":1}})");
  EXPECT_EQ(read[0].status, 200);
  EXPECT_TRUE(read[1].by_agent);
  EXPECT_EQ(read[1].body, "");
  EXPECT_EQ(read[1].status, 0);
}

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, WhatIsWrittenReadsBackEqual) {
  const TempDir folder;
  const std::string path = (folder.path / GetParam()).string();
  std::mt19937 random(7);
  std::vector<TraceTraffic> traffic;
  for (int i = 0; i < 3000; ++i) traffic.push_back(SomeTraffic(random, i * kSecond));
  auto writer = TraceWriter::Open(path, SomeHeader());
  ASSERT_TRUE(writer.ok());
  WriteSome(**writer, traffic);
  ASSERT_TRUE((*writer)->Close(165'001 * kMillisecond, R"({"verdict":1})").ok());
  EXPECT_FALSE(fs::exists(path + ".part"));

  const Result<Trace> read = ReadTrace(path);
  ASSERT_TRUE(read.ok()) << read.error().Text();
  ExpectEqual(read->header, SomeHeader());
  ExpectEqual(read->traffic, traffic);
  ExpectSomeRequests(read->requests);
  ASSERT_EQ(read->actions.size(), 1u);
  EXPECT_EQ(read->actions[0].at, 120 * kSecond);
  EXPECT_EQ(read->actions[0].action, R"({"at_s":120.0,"verb":"wait"})");
  EXPECT_TRUE(read->actions[0].accepted);
  ASSERT_EQ(read->changes.size(), 2u);
  EXPECT_EQ(read->changes[0].object, R"({"kind":"Pod","metadata":{"name":"a"}})");
  EXPECT_EQ(read->changes[1].type, ChangeType::kDeleted);
  EXPECT_EQ(read->changes[1].at, -1500 * kMillisecond);
  EXPECT_EQ(read->end, 165'001 * kMillisecond);
  EXPECT_EQ(read->result, R"({"verdict":1})");
}

INSTANTIATE_TEST_SUITE_P(Forms, RoundTrip, testing::Values("t.jsonl.gz", "t.jsonl"),
                         [](const auto& form) {
                           return form.index == 0 ? std::string("Gzip") : std::string("Plain");
                         });

TEST(TraceWriter, LeavesOutManagedFields) {
  const TempDir folder;
  const std::string path = (folder.path / "t.jsonl").string();
  auto writer = TraceWriter::Open(path, SomeHeader());
  ASSERT_TRUE(writer.ok());
  (*writer)->Add(TraceChange{0, ChangeType::kAdded,
                             R"({"metadata":{"managedFields":[{"a":1}],"name":"a"}})"});
  ASSERT_TRUE((*writer)->Close(0, "{}").ok());
  const Result<Trace> read = ReadTrace(path);
  ASSERT_TRUE(read.ok()) << read.error().Text();
  EXPECT_EQ(read->changes[0].object, R"({"metadata":{"name":"a"}})");
}

TEST(TraceWriter, LeavesNothingBehindWithoutClose) {
  const TempDir folder;
  const std::string path = (folder.path / "t.jsonl.gz").string();
  {
    auto writer = TraceWriter::Open(path, SomeHeader());
    ASSERT_TRUE(writer.ok());
    EXPECT_TRUE(fs::exists(path + ".part"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path));
}

TEST(TraceWriter, SaysAtCloseWhatCouldNotBeWritten) {
  const TempDir folder;
  const std::string path = (folder.path / "t.jsonl.gz").string();
  auto writer = TraceWriter::Open(path, SomeHeader());
  ASSERT_TRUE(writer.ok());
  (*writer)->Add(TraceChange{0, ChangeType::kAdded, "no object"});
  const Status closed = (*writer)->Close(0, "{}");
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().code, ErrorCode::kInternal);
  EXPECT_FALSE(fs::exists(path));
}

TEST(TraceWriter, RefusesAFolderThatIsNotThere) {
  const auto writer = TraceWriter::Open("/proc/no/t.jsonl.gz", SomeHeader());
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.error().code, ErrorCode::kEnvironment);
}

TEST(TraceReader, NamesFileLineAndColumnOfWhatIsWrong) {
  const TempDir folder;
  const std::string head = kHead, end = kEnd;
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1, words}\n" + end), ":2:10: is not JSON");
  EXPECT_EQ(Refusal(folder, head + "\n" + end), ":2:1: is not JSON");
  EXPECT_EQ(Refusal(folder, head + "[]\n" + end), ":2: expected an object");
  EXPECT_EQ(Refusal(folder, head + "{\"action\": {}}\n"), ":2: t: expected seconds");
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1e300, \"end\": {}}\n"), ":2: t: expected seconds");
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1}\n"),
            ":2: expected one of type, traffic, request, action, end");
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1, \"type\": \"BOOKMARK\", \"object\": {}}\n"),
            ":2: type: expected ADDED, MODIFIED or DELETED");
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1, \"traffic\": {\"client\": [1, 2]}}\n"),
            ":2: client: expected 5 numbers");
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1, \"traffic\": {\"services\": {\"a\": [\"\"]}}}\n"),
            ":2: a: expected 8 numbers");
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1, \"action\": {}}\n"),
            ":2: accepted: expected true or false");
  EXPECT_EQ(Refusal(folder, head + end + end), ":3: a line after the end of the episode");
}

TEST(TraceReader, RefusesAnotherSchema) {
  const TempDir folder;
  EXPECT_EQ(Refusal(folder, "{\"schema\": \"wavetank.trace/2\"}\n"),
            ":1: schema: \"wavetank.trace/2\"; expected \"wavetank.trace/1\"");
  EXPECT_EQ(Refusal(folder, kEnd), ":1: schema: \"\"; expected \"wavetank.trace/1\"");
}

TEST(TraceReader, RefusesAHeaderWithOtherTypesOrRanges) {
  const TempDir folder;
  const std::string head = kHead, end = kEnd;
  const auto with = [&](std::string from, const std::string& to) {
    std::string text = head;
    return Refusal(folder, text.replace(text.find(from), from.size(), to) + end);
  };
  EXPECT_EQ(with("\"s\"", "5"), ":1: scenario: expected its name");
  EXPECT_EQ(with("\"a\"", "\"\""), ":1: agent: expected its name");
  EXPECT_EQ(with("\"seed\": 1", "\"seed\": -1"), ":1: seed: expected a whole number from 0 on");
  EXPECT_EQ(with("\"seed\": 1, ", ""), ":1: seed: expected a whole number from 0 on");
  EXPECT_EQ(with("\"repetition\": 1", "\"repetition\": -3"),
            ":1: repetition: expected 1 to 1000000");
  EXPECT_EQ(with("\"repetition\": 1", "\"repetition\": 1, \"began\": 3"),
            ":1: began: expected a text");
}

TEST(TraceReader, RefusesAnObjectWhoseNameIsNoText) {
  const TempDir folder;
  const std::string head = kHead, end = kEnd;
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1, \"type\": \"ADDED\", \"object\": {\"metadata\": "
                                   "{\"name\": 5}}}\n" + end),
            ":2: object.metadata.name: expected a text");
}

TEST(TraceReader, RefusesAFileThatWasChangedAfterItWasRecorded) {
  const TempDir folder;
  const std::string path = (folder.path / "t.jsonl").string();
  std::mt19937 random(7);
  auto writer = TraceWriter::Open(path, SomeHeader());
  ASSERT_TRUE(writer.ok());
  for (int i = 0; i < 20; ++i) (*writer)->Add(SomeTraffic(random, i * kSecond));
  ASSERT_TRUE((*writer)->Close(kMinute, R"({"verdict":1})").ok());
  const Result<std::string> bytes = ReadFile(path, 10 << 20);
  ASSERT_TRUE(bytes.ok());
  const Result<Trace> whole = ReadTrace(path);
  ASSERT_TRUE(whole.ok()) << whole.error().Text();
  const std::string said = ": cut or changed after it was recorded: its lines are not those that "
                           "its last one counts and hashes";
  std::vector<std::string> lines;
  for (std::size_t from = 0, to; (to = bytes->find('\n', from)) != std::string::npos;) {
    lines.push_back(bytes->substr(from, to + 1 - from));
    from = to + 1;
  }
  ASSERT_EQ(lines.size(), 22u);
  const auto join = [](const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) out += part;
    return out;
  };
  std::vector<std::string> fewer = lines, swapped = lines, other_end = lines, other_head = lines;
  fewer.erase(fewer.begin() + 5, fewer.begin() + 15);
  std::swap(swapped[3], swapped[4]);
  other_end.back().replace(other_end.back().find("\"verdict\":1"), 11, "\"verdict\":0");
  other_head[0].replace(other_head[0].find("\"rule\""), 6, "\"mule\"");
  EXPECT_EQ(Refusal(folder, join(fewer)), said);
  EXPECT_EQ(Refusal(folder, join(swapped)), said);
  EXPECT_EQ(Refusal(folder, join(other_end)), said);
  EXPECT_EQ(Refusal(folder, join(other_head)), said);
}

TEST(TraceReader, RefusesAFileWhoseEndCountsAndHashesNothing) {
  const TempDir folder;
  EXPECT_EQ(Refusal(folder, std::string(kHead) + kEnd),
            ": its last line does not count and hash the lines, so nobody can tell whether they "
            "were changed; record it anew");
}

TEST(TraceReader, SeesThatAFileIsCutOff) {
  const TempDir folder;
  const std::string head = kHead;
  EXPECT_EQ(Refusal(folder, ""), ":1: the file is empty");
  EXPECT_EQ(Refusal(folder, head), ":2: the file is cut off: the end is missing");
  EXPECT_EQ(Refusal(folder, head + "{\"t\": 1, \"end\": {}}"), ":2: the file is cut off");

  const std::string path = (folder.path / "t.jsonl.gz").string();
  std::mt19937 random(7);
  auto writer = TraceWriter::Open(path, SomeHeader());
  ASSERT_TRUE(writer.ok());
  for (int i = 0; i < 3000; ++i) (*writer)->Add(SomeTraffic(random, i * kSecond));
  ASSERT_TRUE((*writer)->Close(0, "{}").ok());
  Result<std::string> bytes = ReadFile(path, 10 << 20);
  ASSERT_TRUE(bytes.ok());
  for (const std::size_t left : {bytes->size() - 1, bytes->size() / 2, std::size_t{20}}) {
    const std::string said = Refusal(folder, bytes->substr(0, left));
    EXPECT_NE(said.find(": the file is cut off"), std::string::npos) << left << said;
  }
  (*bytes)[bytes->size() / 2] ^= 0x55;
  const std::string said = Refusal(folder, *bytes);
  EXPECT_NE(said.find(":"), std::string::npos) << said;
}

TEST(TraceReader, CannotReadWhatIsNotThere) {
  const Result<Trace> missing = ReadTrace("/proc/no/t.jsonl.gz");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kEnvironment);
  EXPECT_FALSE(ReadTrace("/proc").ok());
}

TEST(LineFile, HoldsToItsLimitsInBothDirections) {
  const TempDir folder;
  const std::string path = (folder.path / "lines.gz").string();
  const auto ignore = [](std::size_t, std::string_view) -> Status { return Ok{}; };
  auto wide = LineWriter::Open(path, true);
  ASSERT_TRUE(wide.ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*wide)->Write(std::string(1 << 20, 'a')).ok());
  ASSERT_TRUE((*wide)->Close().ok());
  EXPECT_LT(fs::file_size(path), 100'000u);
  EXPECT_TRUE(ReadLines(path, ignore).ok());
  const Status all = ReadLines(path, ignore, {.bytes_max = 3 << 20});
  ASSERT_FALSE(all.ok());
  EXPECT_EQ(all.error().Text(), path + ": unpacked longer than 3 MiB");
  const Status one = ReadLines(path, ignore, {.line_bytes_max = (1 << 20) - 1});
  ASSERT_FALSE(one.ok());
  EXPECT_EQ(one.error().where, path + ":1");

  auto tight = LineWriter::Open(path, true, {.bytes_max = 100, .line_bytes_max = 60});
  ASSERT_TRUE(tight.ok());
  EXPECT_TRUE((*tight)->Write(std::string(60, 'a')).ok());
  EXPECT_FALSE((*tight)->Write(std::string(60, 'a')).ok());
  EXPECT_FALSE((*tight)->Write("").ok());
  EXPECT_FALSE((*tight)->Close().ok());
}

}  // namespace
}  // namespace wt

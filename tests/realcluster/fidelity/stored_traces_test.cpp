// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/stored_traces.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/realcluster/fidelity/built_trace.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

struct StoredTraces : testing::Test {
  fs::path folder = fs::path(testing::TempDir()) /
                    ("traces-" + std::string(testing::UnitTest::GetInstance()
                                                 ->current_test_info()->name()));
  StoredTraces() {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  ~StoredTraces() override { fs::remove_all(folder); }

  std::string Write(bool real, const std::string& scenario,
                    const std::string& name_space = {}) const {
    const Trace trace = EmptyTrace(real, 7, 200);
    TraceHeader header = trace.header;
    header.scenario = scenario;
    header.name_space = name_space;
    const std::string path = folder / TraceFileName(header);
    auto writer = TraceWriter::Open(path, header);
    EXPECT_TRUE(writer.ok());
    EXPECT_TRUE((*writer)->Close(trace.end, trace.result).ok());
    return path;
  }
};

std::string FullName(const std::string& name) {
  return name.ends_with("hotel-oom") ? "testbed/hotel-oom" : "";
}

TEST_F(StoredTraces, AreNamedForPeopleAndFoundByTheirEnd) {
  Write(true, "testbed/hotel-oom");
  std::ofstream(folder / "README.md") << "no trace";
  const auto files = StoredTraceFiles(folder);
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ(fs::path((*files)[0]).filename(), "hotel-oom.rule.7.1.jsonl.gz");
}

TEST_F(StoredTraces, NoneIsAnErrorThatSaysHowToRecord) {
  for (const fs::path& place : {folder, folder / "nowhere"}) {
    const auto files = StoredTraceFiles(place);
    ASSERT_FALSE(files.ok());
    EXPECT_EQ(files.error().code, ErrorCode::kEnvironment);
    EXPECT_NE(files.error().Text().find("wavetank real record"), std::string::npos);
  }
}

TEST_F(StoredTraces, ShortNamesBecomeThoseOfTheCatalog) {
  const auto trace = ReadStoredTrace(Write(true, "hotel-oom"), FullName);
  ASSERT_TRUE(trace.ok()) << trace.error().Text();
  EXPECT_EQ(trace->header.scenario, "testbed/hotel-oom");
}

TEST_F(StoredTraces, SimulatedOnesAndUnknownScenariosAreRefusedWithARemedy) {
  const auto simulated = ReadStoredTrace(Write(false, "hotel-oom"), FullName);
  ASSERT_FALSE(simulated.ok());
  EXPECT_EQ(simulated.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(simulated.error().Text().find("take it out"), std::string::npos);
  const auto unknown = ReadStoredTrace(Write(true, "testbed/hotel-omm"), FullName);
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().Text().find("hotel-omm"), std::string::npos);
}

TEST_F(StoredTraces, ACutOffTraceIsRefusedWithItsPlace) {
  const std::string path = Write(true, "testbed/hotel-oom");
  fs::resize_file(path, fs::file_size(path) / 2);
  const auto trace = ReadStoredTrace(path, FullName);
  ASSERT_FALSE(trace.ok());
  EXPECT_EQ(trace.error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(trace.error().Text().starts_with(path)) << trace.error().Text();
  EXPECT_EQ(trace.error().Text().find('\n'), std::string::npos);
}

TEST_F(StoredTraces, OneOfAnotherNamespaceIsNotCompared) {
  const auto read = ReadStoredTrace(Write(true, "testbed/hotel-oom", "trial"), FullName);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().Text().find("--namespace trial"), std::string::npos);
}

}  // namespace
}  // namespace wt

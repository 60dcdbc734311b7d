// SPDX-License-Identifier: Apache-2.0
// kubernetes_conformance --vectors DIR [--domain NAME] [--kinds A,B] [--json]
// Exit: 0 all passed, 10 a difference or a skipped case, 2 bad input.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"
#include "tests/kubernetes_conformance/domains.h"
#include "tests/kubernetes_conformance/vector_file.h"

namespace wt::conformance {
namespace {

struct Options {
  std::string vectors;
  std::string domain;
  std::vector<std::string> kinds;
  bool json = false;
  std::size_t failures_shown = 10;
};

struct Failure {
  std::string id;
  std::string difference;
};

struct Tally {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  std::vector<Failure> first_failures;
};

std::string_view KindOf(const Json& input) {
  for (const char* member : {"manifest", "object", "pod"}) {
    if (const Json* object = Find(input, member)) return Text(*object, "kind");
  }
  return Text(input, "kind");
}

bool Wanted(const Options& options, const Json& input) {
  if (options.kinds.empty()) return true;
  const std::string_view kind = KindOf(input);
  return std::find(options.kinds.begin(), options.kinds.end(), kind) != options.kinds.end();
}

Status CheckLine(const Options& options, const VectorFile& file, int number, std::string_view line,
                 Tally& tally) {
  const std::string where = fmt::format("{}:{}", file.path, number);
  Result<Json> vector = ParseJson(line, where, {.bytes_max = 64u << 20});
  if (!vector) return vector.error();
  if (!vector->contains("input") || !vector->contains("want")) {
    return Error{ErrorCode::kInvalidInput, where, "has no input or no want"};
  }
  const Json& input = vector->at("input");
  if (!Wanted(options, input)) return Ok{};
  const Domain* domain = FindDomain(file.domain);
  if (domain == nullptr) {
    ++tally.skipped;
    return Ok{};
  }
  std::string difference;
  try {
    difference = domain->check(input, vector->at("want"));
  } catch (const Json::exception& wrong) {
    return Error{ErrorCode::kInvalidInput, where, wrong.what()};
  }
  if (difference.empty()) {
    ++tally.passed;
    return Ok{};
  }
  ++tally.failed;
  if (tally.first_failures.size() < options.failures_shown) {
    tally.first_failures.push_back({std::string(Text(*vector, "id")), std::move(difference)});
  }
  return Ok{};
}

void PrintJson(const std::map<std::string, Tally>& tallies) {
  Json domains = Json::object();
  for (const auto& [name, tally] : tallies) {
    Json failures = Json::array();
    for (const Failure& f : tally.first_failures) {
      failures.push_back({{"id", f.id}, {"difference", f.difference}});
    }
    domains[name] = {{"passed", tally.passed},
                     {"failed", tally.failed},
                     {"skipped", tally.skipped},
                     {"first_failures", std::move(failures)}};
  }
  const Json out = {{"schema", "wavetank/conformance/v1"}, {"domains", std::move(domains)}};
  fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
}

void PrintText(const std::map<std::string, Tally>& tallies) {
  fmt::print("{:<24}{:>8}{:>8}{:>8}\n", "domain", "passed", "failed", "skipped");
  for (const auto& [name, tally] : tallies) {
    fmt::print("{:<24}{:>8}{:>8}{:>8}\n", name, tally.passed, tally.failed, tally.skipped);
    for (const Failure& f : tally.first_failures) fmt::print("  {}: {}\n", f.id, f.difference);
  }
}

int Fail(const Error& error) {
  fmt::print(stderr, "{}\n", error.Text());
  return 2;
}

int Run(const Options& options) {
  const Result<std::vector<VectorFile>> files = ListVectorFiles(options.vectors);
  if (!files) return Fail(files.error());
  std::map<std::string, Tally> tallies;
  for (const VectorFile& file : *files) {
    if (!options.domain.empty() && file.domain != options.domain) continue;
    Tally& tally = tallies[file.domain];
    const Status read = ReadLines(file.path, [&](int number, std::string_view line) {
      return CheckLine(options, file, number, line, tally);
    });
    if (!read) return Fail(read.error());
  }
  if (tallies.empty()) {
    return Fail({ErrorCode::kUsage, options.vectors, fmt::format("no vectors {}", options.domain)});
  }
  options.json ? PrintJson(tallies) : PrintText(tallies);
  bool all_passed = true;
  for (const auto& [name, tally] : tallies) all_passed &= tally.failed + tally.skipped == 0;
  return all_passed ? 0 : 10;
}

}  // namespace
}  // namespace wt::conformance

int main(int argc, char** argv) {
  wt::conformance::Options options;
  CLI::App app{
      "Compares Wavetank with recorded answers of Kubernetes v1.35.\n"
      "Example: kubernetes_conformance --vectors vectors --domain patch --kinds Pod"};
  app.add_option("--vectors", options.vectors, "Folder with DOMAIN.jsonl or DOMAIN.jsonl.gz")
      ->required();
  app.add_option("--domain", options.domain, "Only this domain");
  app.add_option("--kinds", options.kinds, "Only cases of these kinds")->delimiter(',');
  app.add_option("--failures", options.failures_shown, "Differences shown for each domain");
  app.add_flag("--json", options.json, "One JSON document on stdout");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return wt::conformance::Run(options);
}

// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

Error Ill(const std::string& place, const char* what) {
  return {ErrorCode::kInvalidInput, place, what};
}

Result<Sample> SampleOf(const Json& line, const std::string& place) {
  Sample out;
  out.experiment = std::string(Text(line, "experiment"));
  out.run = static_cast<int>(Int(line, "run"));
  if (out.experiment.empty()) return Ill(place, "no sample; expected an experiment");
  for (const auto& [name, at] : Map(line, "at_ms").items()) {
    if (!at.is_number()) return Ill(place, "an instant that is no number");
    out.at_ms[name] = at.get<double>();
  }
  return out;
}

}  // namespace

std::string SamplesText(const SampleSet& set) {
  std::string out = Json{{"about", set.about}}.dump() + "\n";
  for (const Sample& sample : set.samples) {
    Json at = Json::object();
    for (const auto& [name, ms] : sample.at_ms) at[name] = std::round(ms * 10) / 10;
    const Json line = {{"experiment", sample.experiment}, {"run", sample.run}, {"at_ms", at}};
    out += line.dump() + "\n";
  }
  return out;
}

Result<SampleSet> ReadSamples(std::string_view text, const std::string& file) {
  SampleSet out;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string place = fmt::format("{}:{}", file, number);
    const Result<Json> json = ParseJson(line, place);
    if (!json) return json.error();
    if (number == 1) {
      for (const auto& [name, value] : Map(*json, "about").items()) {
        out.about[name] = std::string(TextOf(value));
      }
      if (out.about.empty()) return Ill(place, "no samples; expected {\"about\": ...} first");
      continue;
    }
    Result<Sample> sample = SampleOf(*json, place);
    if (!sample) return sample.error();
    out.samples.push_back(std::move(*sample));
  }
  return out;
}

Result<SampleSet> KeepOthers(const SampleSet& earlier, const std::vector<std::string>& experiments,
                             const std::map<std::string, std::string>& about) {
  SampleSet out;
  out.about = about;
  for (const auto& [name, value] : earlier.about) {
    std::string& now = out.about[name];
    if (now == value) continue;
    if (name != "date" && name != "load_average") {
      return Error{ErrorCode::kEnvironment, "samples measured before",
                   fmt::format("are of another cluster ({} {} there, {} here): measure all "
                               "experiments anew", name, value, now)};
    }
    now = now.empty() ? value : value + ", " + now;
  }
  for (const Sample& sample : earlier.samples) {
    const auto again = std::find(experiments.begin(), experiments.end(), sample.experiment);
    if (again == experiments.end()) out.samples.push_back(sample);
  }
  return out;
}

}  // namespace wt

// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "scenarios/nearest.h"
#include "scenarios/read_distribution.h"
#include "scenarios/read_spec.h"

namespace wt {
namespace {

const std::string kPatterns[] = {"constant", "ramp", "diurnal", "spike", "burst", "replay"};

struct PatternFields {
  std::vector<std::string> allowed;
  std::vector<std::string> required;
};

// In the order of LoadShape.
const PatternFields kPatternFields[] = {
    {{"pattern", "rate", "mix"}, {"rate"}},
    {{"pattern", "rate", "mix", "to", "at", "over"}, {"rate", "to", "over"}},
    {{"pattern", "rate", "mix", "amplitude", "period"}, {"rate"}},
    {{"pattern", "rate", "mix", "to", "at", "over"}, {"rate", "to"}},
    {{"pattern", "rate", "mix", "to", "at", "over", "every"}, {"rate", "to"}},
    {{"pattern", "mix", "file", "scale"}, {"file"}},
};

constexpr f64 kRateMax = 1e6;
constexpr f64 kDurationMax = 30.0 * 24 * 3600e9;

// "t_s,rate_rps" a line; a first line that is not numeric is a header; # starts a comment.
std::vector<LoadSpec::Point> ReadPoints(const Field& field, const std::string& path) {
  std::vector<LoadSpec::Point> points;
  const Result<std::string> text = ReadTextFile(path, 16u << 20);
  if (!text) {
    field.Fail("\"" + field.ScalarText() +
               "\" cannot be read; expected a CSV file of t_s,rate_rps");
    return points;
  }
  u32 line_number = 0;
  for (size_t at = 0; at < text->size();) {
    const size_t end = std::min(text->find('\n', at), text->size());
    std::string line = text->substr(at, end - at);
    at = end + 1;
    ++line_number;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    const size_t comma = line.find(',');
    const std::string rate_text = comma == std::string::npos ? "" : line.substr(comma + 1);
    const f64 t = ParseNumber(line.substr(0, comma)).value_or(-1);
    const f64 rate = ParseNumber(rate_text).value_or(-1);
    if (t < 0 && line_number == 1) continue;
    const SimTime previous = points.empty() ? -1 : points.back().at;
    if (t < 0 || t > 1e7 || rate < 0 || rate > kRateMax ||
        static_cast<SimTime>(t * 1e9) <= previous) {
      field.Fail(path + ":" + std::to_string(line_number) + ": \"" + line.substr(0, 60) +
                 "\" is not readable; expected t_s,rate_rps with growing t_s");
      return points;
    }
    points.push_back({static_cast<SimTime>(t * 1e9), rate});
  }
  if (points.empty()) field.Fail(path + " has no points; expected lines of t_s,rate_rps");
  return points;
}

}  // namespace

const char* LoadShapeName(LoadShape pattern) {
  return kPatterns[static_cast<size_t>(pattern)].c_str();
}

LoadSpec ReadLoad(const Field& field) {
  LoadSpec load;
  if (!field.present()) return load;
  if (!field.ExpectMap()) return load;
  const size_t pattern = field["pattern"].Word("load pattern", kPatterns, 0);
  load.pattern = static_cast<LoadShape>(pattern);
  const PatternFields& fields = kPatternFields[pattern];
  field.ExpectMap(fields.allowed);
  for (const std::string& name : fields.required) {
    if (!field[name].present()) {
      field.Fail("missing field \"" + name + "\" of pattern " + kPatterns[pattern] + "; expected " +
                 JoinWords(fields.required));
    }
  }
  const ValueRule rate{.unit = Unit::kRate, .high = kRateMax};
  const ValueRule duration{.unit = Unit::kDuration, .high = kDurationMax};
  const ValueRule span{.unit = Unit::kDuration, .low = 1e9, .high = kDurationMax};
  load.rate = ReadDistribution(field["rate"], rate, load.rate);
  load.to = ReadDistribution(field["to"], rate, load.to);
  load.at = ReadDistribution(field["at"], duration, load.at);
  load.over = ReadDistribution(field["over"], span, load.over);
  load.every = ReadDistribution(field["every"], span, load.every);
  load.period = ReadDistribution(field["period"], span, load.period);
  load.amplitude =
      ReadDistribution(field["amplitude"], {.unit = Unit::kNumber, .high = 1}, load.amplitude);
  load.scale = ReadDistribution(field["scale"], {.unit = Unit::kNumber, .high = 1000}, load.scale);
  load.mix = ReadDistribution(field["mix"], {.unit = Unit::kText}, load.mix);
  load.mix_place = field["mix"].PlaceText();
  if (load.pattern == LoadShape::kReplay && field["file"].present()) {
    const std::filesystem::path folder = std::filesystem::path(field.file()).parent_path();
    load.file = (folder / field["file"].Text()).string();
    load.points = ReadPoints(field["file"], load.file);
  }
  return load;
}

NoiseSpec ReadNoise(const Field& field) {
  static const std::string kKeys[] = {"intensity", "near_cause", "newcomers"};
  NoiseSpec noise;
  if (!field.present() || !field.ExpectMap(kKeys)) return noise;
  noise.intensity =
      ReadDistribution(field["intensity"], {.unit = Unit::kNumber, .high = 1}, noise.intensity);
  noise.near_cause =
      ReadDistribution(field["near_cause"], {.unit = Unit::kFlag, .high = 1}, noise.near_cause);
  noise.newcomers =
      ReadDistribution(field["newcomers"], {.unit = Unit::kCount, .high = 4}, noise.newcomers);
  return noise;
}

}  // namespace wt

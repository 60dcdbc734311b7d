// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/load_options.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace wt::service {

const char* const kLoadUsage =
    "wavetank-load --target [SERVICE=]HOST:PORT ... (--rate R | --pattern FILE) --mix OPS|FILE "
    "--for SECONDS\n"
    "              [--timeout 10s] [--seed 1] [--arrivals poisson|even] [--every SECONDS]\n"
    "              [--max-in-flight 4096] [--plan]\n"
    "  OPS   SERVICE.OPERATION=SHARE,...  (or /PATH=SHARE); a file has one a line\n"
    "  FILE  of --pattern: lines t_s,rate_rps, linear between\n";

namespace {

constexpr double kRateMax = 1e6, kSecondsMax = 30.0 * 24 * 3600;
constexpr std::size_t kMixMax = 1000, kPointsMax = 100'000;

bool Number(const std::string& text, double low, double high, double& value) {
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && value >= low && value <= high;
}

std::string Trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  const std::size_t to = text.find_last_not_of(" \t\r");
  return from == text.npos ? "" : text.substr(from, to - from + 1);
}

// Without comments, empty ones left out.
std::vector<std::string> Pieces(const std::string& text, const char* separators) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    std::string piece = Trimmed(text.substr(at, end - at));
    piece = Trimmed(piece.substr(0, piece.find('#')));
    if (!piece.empty()) pieces.push_back(piece);
    at = end + 1;
  }
  return pieces;
}

bool ReadFile(const std::string& path, std::string& text, std::string& error) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    error = path + ": cannot be read";
    return false;
  }
  text.assign(std::istreambuf_iterator<char>(file), {});
  return true;
}

bool ReadTarget(const std::string& text, LoadOptions& options, std::string& error) {
  const std::size_t equals = text.find('=');
  const std::string service = equals == text.npos ? "" : text.substr(0, equals);
  std::string rest = equals == text.npos ? text : text.substr(equals + 1);
  if (rest.starts_with("http://")) rest = rest.substr(7);
  rest = rest.substr(0, rest.find('/'));
  const std::size_t colon = rest.find(':');
  Target target{rest.substr(0, colon), 80};
  double port = 80;
  const bool good = colon == rest.npos || Number(rest.substr(colon + 1), 1, 65535, port);
  target.port = static_cast<int>(port);
  if (!good || target.host.empty()) {
    error = "--target " + text + ": expected HOST:PORT, with SERVICE= or http:// before it";
    return false;
  }
  options.targets[service] = target;
  return true;
}

// "2s", "500ms" or a number of seconds.
bool ReadDuration(const std::string& text, double& seconds) {
  if (text.ends_with("ms")) {
    if (!Number(text.substr(0, text.size() - 2), 0, kSecondsMax * 1000, seconds)) return false;
    seconds /= 1000;
    return true;
  }
  return Number(text.ends_with("s") ? text.substr(0, text.size() - 1) : text, 0, kSecondsMax,
                seconds);
}

bool ReadRateOption(const std::string& text, LoadOptions& options) {
  double rate = 0;
  if (!Number(text, 0, kRateMax, rate)) return false;
  options.rate = {{0, rate}};
  return true;
}

bool ReadMixOption(const std::string& value, LoadOptions& options, std::string& error) {
  std::string text = value;
  if (value.find('=') == value.npos && !ReadFile(value, text, error)) return false;
  return ReadMix(text, options.mix, error);
}

// False with an empty `error`: the value is of another form than expected.
bool ReadOption(const std::string& name, const std::string& value, LoadOptions& options,
                std::string& error) {
  double number = 0;
  if (name == "--target") return ReadTarget(value, options, error);
  if (name == "--rate") return ReadRateOption(value, options);
  if (name == "--mix") return ReadMixOption(value, options, error);
  if (name == "--pattern") {
    std::string text;
    return ReadFile(value, text, error) && ReadRates(text, options.rate, error);
  }
  if (name == "--for") return ReadDuration(value, options.for_s) && options.for_s > 0;
  if (name == "--every") return ReadDuration(value, options.every_s) && options.every_s >= 0.1;
  if (name == "--timeout") {
    const bool good = ReadDuration(value, number) && number > 0;
    options.timeout = Nanos(static_cast<std::int64_t>(number * 1e9));
    return good;
  }
  if (name == "--seed") {
    char* end = nullptr;
    options.seed = std::strtoull(value.c_str(), &end, 10);
    return !value.empty() && *end == '\0';
  }
  if (name == "--arrivals") {
    options.even = value == "even";
    return options.even || value == "poisson";
  }
  if (name == "--max-in-flight") {
    const bool good = Number(value, 1, 100'000, number);
    options.in_flight_max = static_cast<std::size_t>(number);
    return good;
  }
  error = "unknown option " + name;
  return false;
}

}  // namespace

bool ReadMix(const std::string& text, std::vector<MixPart>& mix, std::string& error) {
  double sum = 0;
  mix.clear();
  for (const std::string& piece : Pieces(text, ",\n")) {
    const std::size_t equals = piece.rfind('=');
    MixPart part;
    part.name = Trimmed(piece.substr(0, equals));
    const bool has_share = equals != piece.npos;
    const bool good = !has_share || Number(Trimmed(piece.substr(equals + 1)), 0, 1e9, part.share);
    if (!has_share) part.share = 1;
    const bool letters = part.name.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "._-/~%") == part.name.npos;
    if (!good || !letters || part.name.empty() || mix.size() >= kMixMax) {
      error = "mix: \"" + piece + "\"; expected OPERATION=SHARE";
      return false;
    }
    const std::size_t dot = part.name.find('.');
    const bool path = part.name[0] == '/';
    if (!path && dot != part.name.npos) part.service = part.name.substr(0, dot);
    part.path = path ? part.name : "/op/" + part.name.substr(dot == part.name.npos ? 0 : dot + 1);
    sum += part.share;
    mix.push_back(std::move(part));
  }
  for (MixPart& part : mix) part.share /= sum;
  if (sum > 0) return true;
  error = "mix: nothing in it";
  return false;
}

bool ReadRates(const std::string& text, std::vector<RatePoint>& points, std::string& error) {
  points.clear();
  bool first = true;
  for (const std::string& line : Pieces(text, "\n")) {
    RatePoint point;
    const std::size_t comma = line.find(',');
    const bool good = comma != line.npos &&
                      Number(Trimmed(line.substr(0, comma)), 0, kSecondsMax, point.at_s) &&
                      Number(Trimmed(line.substr(comma + 1)), 0, kRateMax, point.rps);
    const bool header = first && !good;
    first = false;
    if (header) continue;
    if (!good || points.size() >= kPointsMax ||
        (!points.empty() && point.at_s <= points.back().at_s)) {
      error = "pattern: \"" + line + "\"; expected t_s,rate_rps with growing t_s";
      return false;
    }
    points.push_back(point);
  }
  if (points.empty()) error = "pattern: no points";
  return !points.empty();
}

bool ReadLoadOptions(const std::vector<std::string>& arguments, LoadOptions& options,
                     std::string& error) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i], value;
    if (name == "--plan") {
      options.plan = true;
      continue;
    }
    const std::size_t equals = name.find('=');
    if (name.starts_with("--") && equals != name.npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    }
    if (ReadOption(name, value, options, error)) continue;
    if (error.empty()) error = name + ": \"" + value + "\" is not readable";
    return false;
  }
  if (options.targets.empty() && !options.plan) error = "missing --target";
  if (options.mix.empty()) error = "missing --mix";
  if (options.rate.empty()) error = "missing --rate or --pattern";
  if (options.for_s <= 0) error = "missing --for";
  for (const MixPart& part : options.mix) {
    if (options.plan || options.targets.contains(part.service) || options.targets.contains("")) {
      continue;
    }
    error = "no --target for " + part.name;
  }
  return error.empty();
}

Schedule::Schedule(const LoadOptions& options)
    : options_(options), arrivals_(options.seed), choices_(options.seed ^ 0x6D6978u) {
  // Seeds that differ in few bits give unlike beginnings after one step.
  arrivals_ = Random(arrivals_.Next());
  choices_ = Random(choices_.Next());
}

double Schedule::Rate(double at_s) const {
  const std::vector<RatePoint>& rate = options_.rate;
  if (at_s <= rate.front().at_s) return rate.front().rps;
  for (std::size_t i = segment_; i + 1 < rate.size(); ++i) {
    if (at_s >= rate[i + 1].at_s) continue;
    const double share = (at_s - rate[i].at_s) / (rate[i + 1].at_s - rate[i].at_s);
    return rate[i].rps + (rate[i + 1].rps - rate[i].rps) * share;
  }
  return rate.back().rps;
}

bool Schedule::Next(Request& request) {
  const std::vector<RatePoint>& rate = options_.rate;
  double wanted = options_.even ? 1 : arrivals_.Exponential();
  while (at_s_ < options_.for_s) {
    while (segment_ + 1 < rate.size() && rate[segment_ + 1].at_s <= at_s_) ++segment_;
    double end = options_.for_s;
    if (at_s_ < rate.front().at_s) {
      end = std::min(end, rate.front().at_s);
    } else if (segment_ + 1 < rate.size()) {
      end = std::min(end, rate[segment_ + 1].at_s);
    }
    // Over [at, end) the rate goes in a line from r0 by slope: wanted = r0 x + slope x^2 / 2.
    const double r0 = Rate(at_s_), length = end - at_s_;
    const double slope = (Rate(std::nextafter(end, at_s_)) - r0) / length;
    const double expected = (r0 + slope * length / 2) * length;
    if (expected <= wanted) {
      wanted -= expected;
      at_s_ = end;
      continue;
    }
    const double root = std::sqrt(std::max(0.0, r0 * r0 + 2 * slope * wanted));
    at_s_ = std::min(end, at_s_ + 2 * wanted / (r0 + root));
    const double u = choices_.Uniform();
    double upto = 0;
    request = {at_s_, 0};
    while (request.part + 1 < options_.mix.size() && u >= upto + options_.mix[request.part].share) {
      upto += options_.mix[request.part++].share;
    }
    return at_s_ < options_.for_s;
  }
  return false;
}

}  // namespace wt::service

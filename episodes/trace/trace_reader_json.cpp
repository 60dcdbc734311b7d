// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "episodes/trace/line_file.h"
#include "episodes/trace/trace.h"
#include "episodes/trace/trace_seal.h"
#include "episodes/trace/trace_words.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr f64 kSecondsMax = 1e8;
constexpr f64 kNumberMax = 1e30;  // of rows
constexpr u32 kRepetitionMax = 1'000'000;

Error Wrong(std::string what) { return {ErrorCode::kInvalidInput, "", std::move(what)}; }

std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json* ObjectOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Row, class Members>
Status ReadNumbers(const Json& from, const Members& members, std::string_view what, Row& out) {
  const auto fits = [](const Json& number) {
    return number.is_number() && std::abs(number.get<f64>()) <= kNumberMax;
  };
  if (!from.is_array() || from.size() != members.size() || !std::ranges::all_of(from, fits)) {
    return Wrong(fmt::format("{}: expected {} numbers", what, members.size()));
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    out.*members[i] = static_cast<f32>(from[i].get<f64>());
  }
  return Ok{};
}

template <class Row, class Members>
Status ReadRows(const Json& traffic, const char* key, const Members& members,
                std::vector<std::pair<std::string, Row>>& out) {
  const auto rows = traffic.find(key);
  if (rows == traffic.end()) return Ok{};
  if (!rows->is_object()) return Wrong(fmt::format("{}: expected an object", key));
  for (const auto& [name, numbers] : rows->items()) {
    out.emplace_back(name, Row{});
    if (Status read = ReadNumbers(numbers, members, name, out.back().second); !read) return read;
  }
  return Ok{};
}

Status ReadHeader(const Json& line, TraceHeader& out) {
  const std::string schema = TextOf(line, "schema"), world = TextOf(line, "world");
  if (schema != kTraceSchema) {
    return Wrong(fmt::format("schema: \"{}\"; expected \"{}\"", schema, kTraceSchema));
  }
  if (world != "real" && world != "simulated") {
    return Wrong("world: expected \"real\" or \"simulated\"");
  }
  for (const char* key : {"scenario", "agent"}) {
    if (TextOf(line, key).empty()) return Wrong(fmt::format("{}: expected its name", key));
  }
  for (const char* key : {"engine", "kubernetes", "namespace", "began", "machine"}) {
    if (line.contains(key) && !line[key].is_string()) {
      return Wrong(fmt::format("{}: expected a text", key));
    }
  }
  const auto seed = line.find("seed"), repetition = line.find("repetition");
  if (seed == line.end() || !seed->is_number_unsigned()) {
    return Wrong("seed: expected a whole number from 0 on");
  }
  if (repetition == line.end() || !repetition->is_number_unsigned() || *repetition < 1u ||
      *repetition > kRepetitionMax) {
    return Wrong(fmt::format("repetition: expected 1 to {}", kRepetitionMax));
  }
  out = {.real = world == "real",
         .scenario = TextOf(line, "scenario"),
         .seed = seed->get<u64>(),
         .agent = TextOf(line, "agent"),
         .repetition = repetition->get<u32>(),
         .engine = TextOf(line, "engine"),
         .kubernetes = TextOf(line, "kubernetes"),
         .began = TextOf(line, "began"),
         .machine = TextOf(line, "machine"),
         .name_space = TextOf(line, "namespace")};
  return Ok{};
}

// Of an object what a reader finds it by. Whether it is there depends on the kind.
Status ReadNames(const Json& object) {
  const auto fits = [](const Json& from, const char* key) {
    return !from.contains(key) || from[key].is_string();
  };
  const auto metadata = object.find("metadata");
  if (!fits(object, "kind")) return Wrong("object.kind: expected a text");
  if (metadata == object.end()) return Ok{};
  if (!metadata->is_object()) return Wrong("object.metadata: expected an object");
  for (const char* key : {"name", "namespace", "uid", "resourceVersion"}) {
    if (!fits(*metadata, key)) {
      return Wrong(fmt::format("object.metadata.{}: expected a text", key));
    }
  }
  return Ok{};
}

Status ReadChange(const Json& line, SimTime at, Trace& out) {
  const std::string type = TextOf(line, "type");
  const auto known = std::ranges::find(kChangeTypes, type);
  const Json* object = ObjectOf(line, "object");
  if (known == kChangeTypes.end()) return Wrong("type: expected ADDED, MODIFIED or DELETED");
  if (object == nullptr) return Wrong("object: expected an object");
  if (Status named = ReadNames(*object); !named) return named;
  out.changes.push_back(
      {at, static_cast<ChangeType>(known - kChangeTypes.begin()), Dump(*object)});
  return Ok{};
}

Status ReadTraffic(const Json& line, SimTime at, Trace& out) {
  const Json* traffic = ObjectOf(line, "traffic");
  if (traffic == nullptr) return Wrong("traffic: expected an object");
  TraceTraffic& row = out.traffic.emplace_back();
  row.at = at;
  if (const auto client = traffic->find("client"); client != traffic->end()) {
    row.client_known = true;
    if (Status s = ReadNumbers(*client, kClientNumbers, "client", row.client); !s) return s;
  }
  if (Status s = ReadRows(*traffic, "services", kServiceNumbers, row.services); !s) return s;
  return ReadRows(*traffic, "operations", kOperationNumbers, row.operations);
}

Status ReadRequest(const Json& line, SimTime at, Trace& out) {
  const Json* request = ObjectOf(line, "request");
  const auto status = line.find("status");
  if (request == nullptr) return Wrong("request: expected an object");
  if (status == line.end() || !status->is_number_unsigned() || *status > 999u) {
    return Wrong("status: expected an HTTP status or 0");
  }
  const std::string by = TextOf(*request, "by");
  if (by != "agent" && by != "fault") return Wrong("request.by: expected \"agent\" or \"fault\"");
  const auto body = request->find("body");
  const bool none = body == request->end();
  out.requests.push_back({.at = at,
                          .by_agent = by == "agent",
                          .method = TextOf(*request, "method"),
                          .path = TextOf(*request, "path"),
                          .content_type = TextOf(*request, "content_type"),
                          .body = none               ? ""
                                  : body->is_string() ? body->get<std::string>()
                                                      : Dump(*body),
                          .status = status->get<int>(),
                          .answer = TextOf(line, "answer")});
  return Ok{};
}

Status ReadAction(const Json& line, SimTime at, Trace& out) {
  const Json* action = ObjectOf(line, "action");
  const auto accepted = line.find("accepted");
  if (action == nullptr) return Wrong("action: expected an object");
  if (accepted == line.end() || !accepted->is_boolean()) {
    return Wrong("accepted: expected true or false");
  }
  out.actions.push_back({at, Dump(*action), accepted->get<bool>()});
  return Ok{};
}

Status ReadEnd(const Json& line, SimTime at, Trace& out) {
  const Json* end = ObjectOf(line, "end");
  if (end == nullptr) return Wrong("end: expected an object");
  out.end = at;
  out.result = Dump(*end);
  return Ok{};
}

struct LineKind {
  const char* key;
  Status (*read)(const Json& line, SimTime at, Trace& out);
};
constexpr std::array kLineKinds{LineKind{"type", &ReadChange}, LineKind{"traffic", &ReadTraffic},
                                LineKind{"request", &ReadRequest}, LineKind{"action", &ReadAction},
                                LineKind{"end", &ReadEnd}};

// A line after the first.
Status ReadLine(const Json& line, Trace& out) {
  const auto t = line.find("t");
  if (t == line.end() || !t->is_number() || !(std::abs(t->get<f64>()) <= kSecondsMax)) {
    return Wrong("t: expected seconds");
  }
  const SimTime at = static_cast<SimTime>(std::llround(t->get<f64>() * 1000)) * kMillisecond;
  for (const LineKind& kind : kLineKinds) {
    if (line.contains(kind.key)) return kind.read(line, at, out);
  }
  return Wrong("expected one of type, traffic, request, action, end");
}

}  // namespace

Result<Trace> ReadTrace(const std::string& path) {
  Trace trace;
  std::size_t last = 0;
  bool ended = false, changed = false;
  TraceSeal seal;
  const LineLimits limits;
  const auto take = [&](std::size_t number, std::string_view text) -> Status {
    last = number;
    const Result<Json> line = ParseJson(text, "", {.bytes_max = limits.line_bytes_max});
    // ParseJson places it at ":1:COLUMN"; the 1 is this line.
    std::string where = fmt::format("{}:{}", path, number);
    if (!line) {
      const std::string& place = line.error().where;
      return Error{ErrorCode::kInvalidInput, where + place.substr(std::min<std::size_t>(
                                                         place.size(), 2)),
                   line.error().what};
    }
    const Status read = ended              ? Wrong("a line after the end of the episode")
                        : !line->is_object() ? Wrong("expected an object")
                        : number == 1        ? ReadHeader(*line, trace.header)
                                             : ReadLine(*line, trace);
    if (!read) return Error{ErrorCode::kInvalidInput, std::move(where), read.error().what};
    ended = !trace.result.empty();
    trace.sealed = ended && (line->contains("lines") || line->contains("hash"));
    if (trace.sealed) changed = !seal.Closes(text);
    else seal.Add(text);
    return Ok{};
  };
  if (const Status read = ReadLines(path, take, limits); !read) return read.error();
  if (!ended) {
    return Error{ErrorCode::kInvalidInput, fmt::format("{}:{}", path, last + 1),
                 last == 0 ? "the file is empty" : "the file is cut off: the end is missing"};
  }
  if (changed) {
    return Error{ErrorCode::kInvalidInput, path,
                 "cut or changed after it was recorded: its lines are not those that its last one "
                 "counts and hashes"};
  }
  return trace;
}

}  // namespace wt

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "episodes/trace/line_file.h"
#include "episodes/trace/trace.h"
#include "episodes/trace/trace_words.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr f64 kSecondsMax = 1e8;
constexpr f64 kNumberMax = 1e30;  // of rows

Error Wrong(std::string what) { return {ErrorCode::kInvalidInput, "", std::move(what)}; }

std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

u64 WholeOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<u64>() : 0;
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
  out = {.real = world == "real",
         .scenario = TextOf(line, "scenario"),
         .seed = WholeOf(line, "seed"),
         .agent = TextOf(line, "agent"),
         .repetition = static_cast<u32>(std::min<u64>(WholeOf(line, "repetition"), UINT32_MAX)),
         .engine = TextOf(line, "engine"),
         .kubernetes = TextOf(line, "kubernetes"),
         .began = TextOf(line, "began"),
         .machine = TextOf(line, "machine")};
  if (out.scenario.empty()) return Wrong("scenario: expected its name");
  return Ok{};
}

Status ReadChange(const Json& line, SimTime at, Trace& out) {
  const std::string type = TextOf(line, "type");
  const auto known = std::ranges::find(kChangeTypes, type);
  const Json* object = ObjectOf(line, "object");
  if (known == kChangeTypes.end()) return Wrong("type: expected ADDED, MODIFIED or DELETED");
  if (object == nullptr) return Wrong("object: expected an object");
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
  bool ended = false;
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
    return Ok{};
  };
  if (const Status read = ReadLines(path, take, limits); !read) return read.error();
  if (!ended) {
    return Error{ErrorCode::kInvalidInput, fmt::format("{}:{}", path, last + 1),
                 last == 0 ? "the file is empty" : "the file is cut off: the end is missing"};
  }
  return trace;
}

}  // namespace wt

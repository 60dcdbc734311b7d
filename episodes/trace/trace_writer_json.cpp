// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "episodes/trace/line_file.h"
#include "episodes/trace/trace.h"
#include "episodes/trace/trace_seal.h"
#include "episodes/trace/trace_words.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr std::size_t kBodyBytesMax = 8u << 20;

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Quoted(const std::string& text) { return Dump(Json(text)); }

// {"t": SECONDS, without the end.
std::string LineAt(SimTime at) {
  const SimTime half = at < 0 ? -kMillisecond / 2 : kMillisecond / 2;
  const i64 whole_ms = (at + half) / kMillisecond;
  return fmt::format("{{\"t\": {}", static_cast<f64>(whole_ms) / 1000);
}

// The shortest number that reads back as the same f32. No JSON can hold what is not finite.
template <class Row, class Members>
std::string Numbers(const Row& row, const Members& members) {
  std::string out = "[";
  for (const auto member : members) {
    const f32 value = row.*member;
    fmt::format_to(std::back_inserter(out), "{}{}", out.size() > 1 ? ", " : "",
                   std::isfinite(value) && value != 0 ? value : 0);
  }
  return out + "]";
}

template <class Row, class Members>
void AddRows(std::string& line, std::string_view key,
             const std::vector<std::pair<std::string, Row>>& rows, const Members& members) {
  if (rows.empty()) return;
  line += fmt::format("{}\"{}\": {{", line.ends_with('{') ? "" : ", ", key);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    line += fmt::format("{}{}: {}", i > 0 ? ", " : "", Quoted(rows[i].first),
                        Numbers(rows[i].second, members));
  }
  line += "}";
}

// What a watch shows and nobody compares: longer than all the rest.
void TakeOut(Json& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return;
  metadata->erase("managedFields");
}

std::string HeaderLine(const TraceHeader& header) {
  const std::string& moved_to = header.name_space;
  return fmt::format(
      "{{\"schema\": \"{}\", \"world\": \"{}\", \"scenario\": {}, \"seed\": {}, \"agent\": {}, "
      "\"repetition\": {}, \"engine\": {}, \"kubernetes\": {}{}, \"began\": {}, \"machine\": {}}}",
      kTraceSchema, header.real ? "real" : "simulated", Quoted(header.scenario), header.seed,
      Quoted(header.agent), header.repetition, Quoted(header.engine), Quoted(header.kubernetes),
      moved_to.empty() ? "" : ", \"namespace\": " + Quoted(moved_to),
      Quoted(header.began), Quoted(header.machine));
}

}  // namespace

struct TraceWriter::Inside {
  std::string path, part;
  std::unique_ptr<LineWriter> file;
  TraceSeal seal;
  bool closed = false;
  Status status = Ok{};

  void Write(const std::string& line) {
    seal.Add(line);
    if (status) status = file->Write(line);
  }
  // The text as one line, or why not.
  Result<Json> Read(std::string_view text, std::string_view what) {
    Result<Json> value = ParseJson(text, what, {.bytes_max = kBodyBytesMax});
    if (value && value->is_object()) return value;
    const Error error = value ? Error{ErrorCode::kInternal, std::string(what), "is no object"}
                              : Error{ErrorCode::kInternal, value.error().where,
                                      value.error().what};
    if (status) status = error;
    return error;
  }
};

TraceWriter::TraceWriter(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

TraceWriter::~TraceWriter() {
  if (inside_->closed) return;
  inside_->file.reset();
  std::error_code ignored;
  std::filesystem::remove(inside_->part, ignored);
}

Result<std::unique_ptr<TraceWriter>> TraceWriter::Open(std::string path,
                                                       const TraceHeader& header) {
  auto inside = std::make_unique<Inside>();
  inside->part = path + ".part";
  auto file = LineWriter::Open(inside->part, path.ends_with(".gz"));
  if (!file) return file.error();
  inside->path = std::move(path);
  inside->file = std::move(*file);
  std::unique_ptr<TraceWriter> writer(new TraceWriter(std::move(inside)));
  writer->inside_->Write(HeaderLine(header));
  if (!writer->inside_->status) return writer->inside_->status.error();
  return writer;
}

void TraceWriter::Add(const TraceChange& change) {
  Result<Json> object = inside_->Read(change.object, "object");
  if (!object) return;
  TakeOut(*object);
  inside_->Write(fmt::format("{}, \"type\": \"{}\", \"object\": {}}}", LineAt(change.at),
                             kChangeTypes[static_cast<std::size_t>(change.type)], Dump(*object)));
}

void TraceWriter::Add(const TraceTraffic& traffic) {
  std::string line = LineAt(traffic.at) + ", \"traffic\": {";
  if (traffic.client_known) line += "\"client\": " + Numbers(traffic.client, kClientNumbers);
  AddRows(line, "services", traffic.services, kServiceNumbers);
  AddRows(line, "operations", traffic.operations, kOperationNumbers);
  inside_->Write(line + "}}");
}

void TraceWriter::Add(const TraceRequest& request) {
  std::string line = fmt::format(
      "{}, \"request\": {{\"by\": \"{}\", \"method\": {}, \"path\": {}", LineAt(request.at),
      request.by_agent ? "agent" : "fault", Quoted(request.method), Quoted(request.path));
  if (!request.content_type.empty()) line += ", \"content_type\": " + Quoted(request.content_type);
  if (!request.body.empty()) {
    const Result<Json> body = ParseJson(request.body, "body", {.bytes_max = kBodyBytesMax});
    line += ", \"body\": " + (body ? Dump(*body) : Quoted(request.body));
  }
  line += fmt::format("}}, \"status\": {}", request.status);
  if (!request.answer.empty()) line += ", \"answer\": " + Quoted(request.answer);
  inside_->Write(line + "}");
}

void TraceWriter::Add(const TraceAction& action) {
  const Result<Json> value = inside_->Read(action.action, "action");
  if (!value) return;
  inside_->Write(fmt::format("{}, \"action\": {}, \"accepted\": {}}}", LineAt(action.at),
                             Dump(*value), action.accepted));
}

Status TraceWriter::Close(SimTime end, std::string_view result) {
  Inside& in = *inside_;
  if (const Result<Json> value = in.Read(result, "end"); value) {
    const std::string last =
        in.seal.Close(fmt::format("{}, \"end\": {}}}", LineAt(end), Dump(*value)));
    if (in.status) in.status = in.file->Write(last);
  }
  const Status closed = in.file->Close();
  if (in.status) in.status = closed;
  if (!in.status) return in.status;
  std::error_code failed;
  std::filesystem::rename(in.part, in.path, failed);
  if (failed) {
    return Error{ErrorCode::kEnvironment, in.path, "cannot write: " + failed.message()};
  }
  in.closed = true;
  return Ok{};
}

}  // namespace wt

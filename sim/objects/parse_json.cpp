// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/parse_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace wt {
namespace {

// Builds the value; stops at the first thing that is not allowed.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(int depth_max) : depth_max_(depth_max) {}

  bool null() override { return Put(nullptr); }
  bool boolean(bool value) override { return Put(value); }
  bool number_integer(number_integer_t value) override { return Put(value); }
  bool number_unsigned(number_unsigned_t value) override { return Put(value); }
  bool number_float(number_float_t value, const string_t&) override { return Put(value); }
  bool string(string_t& value) override { return Put(std::move(value)); }
  bool binary(binary_t&) override { return Stop("binary value"); }
  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    auto [at, fresh] = open_.back()->get_ref<Json::object_t&>().try_emplace(name);
    if (!fresh) return Stop(fmt::format("duplicate member \"{}\"", name));
    member_ = &at->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    error_at = position;
    if (problem.empty()) problem = "is not JSON";
    return false;
  }

  Json root;
  std::string problem;
  std::size_t error_at = 0;

 private:
  Json* Place(Json&& value) {
    if (open_.empty()) return &(root = std::move(value));
    if (open_.back()->is_object()) return &(*member_ = std::move(value));
    open_.back()->push_back(std::move(value));
    return &open_.back()->back();
  }

  bool Put(Json&& value) {
    Place(std::move(value));
    return true;
  }

  bool Open(Json&& value) {
    if (static_cast<int>(open_.size()) >= depth_max_) {
      return Stop(fmt::format("nested deeper than {} levels", depth_max_));
    }
    open_.push_back(Place(std::move(value)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  bool Stop(std::string what) {
    problem = std::move(what);
    return false;
  }

  int depth_max_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;
};

// Counts what the parser consumed, so that an error has a place.
struct Reader {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  const char** furthest;

  reference operator*() const { return *at; }
  Reader& operator++() {
    *furthest = ++at;
    return *this;
  }
  friend bool operator==(const Reader& a, const Reader& b) { return a.at == b.at; }
  friend bool operator!=(const Reader& a, const Reader& b) { return a.at != b.at; }
};

std::string Place(std::string_view text, std::size_t at, std::string_view where) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t k = 0; k + 1 < at && k < text.size(); ++k) {
    column = text[k] == '\n' ? 1 : column + 1;
    line += text[k] == '\n';
  }
  return fmt::format("{}:{}:{}", where, line, column);
}

}  // namespace

Result<Json> ParseJson(std::string_view text, std::string_view where, JsonLimits limits) {
  if (text.size() > limits.bytes_max) {
    return Error{
        ErrorCode::kInvalidInput, std::string(where),
        fmt::format("{} bytes of JSON, at most {} are taken", text.size(), limits.bytes_max)};
  }
  Builder builder(limits.depth_max);
  const char* furthest = text.data();
  const char* const end = text.data() + text.size();
  if (Json::sax_parse(Reader{text.data(), &furthest}, Reader{end, &furthest}, &builder)) {
    return std::move(builder.root);
  }
  const std::size_t at = static_cast<std::size_t>(furthest - text.data());
  return Error{ErrorCode::kInvalidInput, Place(text, at, where),
               builder.problem.empty() ? "is not JSON" : builder.problem};
}

}  // namespace wt

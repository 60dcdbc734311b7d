// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scenarios/field.h"
#include "scenarios/nearest.h"
#include "sim/objects/patch.h"

namespace wt {
namespace {

std::string Shown(const nlohmann::json& value) {
  constexpr size_t kLongest = 60;
  std::string text = value.dump();
  if (text.size() > kLongest) {
    size_t cut = kLongest;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text = text.substr(0, cut) + "...";
  }
  return text;
}

}  // namespace

Error JoinErrors(const std::vector<Error>& errors) {
  Error joined = errors.front();
  for (size_t i = 1; i < errors.size(); ++i) joined.what += "\n" + errors[i].Text();
  return joined;
}

Field::Field(const YamlDocument& document, std::vector<Error>& errors)
    : value_(document.value.get()), document_(&document), errors_(&errors) {}

bool Field::present() const { return value_ != nullptr && !value_->is_null(); }
bool Field::IsMap() const { return value_ != nullptr && value_->is_object(); }
bool Field::IsList() const { return value_ != nullptr && value_->is_array(); }
bool Field::IsString() const { return value_ != nullptr && value_->is_string(); }
bool Field::IsNumber() const { return value_ != nullptr && value_->is_number(); }
bool Field::IsBool() const { return value_ != nullptr && value_->is_boolean(); }

Field Field::operator[](std::string_view key) const {
  Field child = *this;
  child.name_ = std::string(key);
  child.pointer_ += "/" + EscapePointer(key);
  child.path_ += (path_.empty() ? "" : ".") + child.name_;
  child.value_ = nullptr;
  if (IsMap()) {
    const auto found = value_->find(key);
    if (found != value_->end()) child.value_ = &*found;
  }
  return child;
}

std::vector<Field> Field::Elements() const {
  std::vector<Field> elements;
  if (!IsList()) return elements;
  for (size_t i = 0; i < value_->size(); ++i) {
    Field child = *this;
    child.name_ = std::to_string(i);
    child.pointer_ += "/" + child.name_;
    child.path_ += "[" + child.name_ + "]";
    child.value_ = &(*value_)[i];
    elements.push_back(std::move(child));
  }
  return elements;
}

std::vector<std::string> Field::Keys() const {
  std::vector<std::string> keys;
  if (!IsMap()) return keys;
  for (const auto& entry : value_->items()) keys.push_back(entry.key());
  return keys;
}

std::string Field::ScalarText() const {
  if (value_ == nullptr) return "";
  return value_->is_string() ? value_->get<std::string>() : value_->dump();
}

f64 Field::Number() const { return value_->get<f64>(); }
bool Field::Bool() const { return value_->get<bool>(); }

std::optional<i64> Field::Integer() const {
  if (value_ == nullptr || !value_->is_number_integer()) return std::nullopt;
  if (value_->is_number_unsigned() && value_->get<u64>() > static_cast<u64>(INT64_MAX)) {
    return std::nullopt;
  }
  return value_->get<i64>();
}

std::string Field::PlaceText() const {
  return wt::PlaceText(document_->file, document_->Of(pointer_));
}

void Field::Fail(const std::string& what) const {
  errors_->push_back(
      {ErrorCode::kInvalidInput, PlaceText(), path_.empty() ? what : path_ + ": " + what});
}

void Field::FailAtKey(const std::string& what) const {
  errors_->push_back({ErrorCode::kInvalidInput,
                      wt::PlaceText(document_->file, document_->OfKey(pointer_)),
                      path_ + ": " + what});
}

void Field::FailWord(const std::string& kind_of_word, std::span<const std::string> words) const {
  if (!IsScalar()) {
    Fail("not a " + kind_of_word + "; expected " + JoinWords(words));
    return;
  }
  const std::string written = ScalarText();
  Fail("unknown " + kind_of_word + " \"" + written + "\"; expected " + JoinWords(words) +
       DidYouMean(written, words));
}

bool Field::ExpectMap(std::span<const std::string> allowed) const {
  if (!ExpectMap()) return false;
  for (const std::string& key : Keys()) {
    if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
    (*this)[key].FailAtKey("unknown field; expected " + JoinWords(allowed) +
                           DidYouMean(key, allowed));
  }
  return true;
}

bool Field::ExpectMap() const {
  if (IsMap()) return true;
  Fail(present() ? Shown(*value_) + " is not a map; expected a map" : "missing; expected a map");
  return false;
}

bool Field::ExpectList() const {
  if (IsList()) return true;
  Fail(present() ? Shown(*value_) + " is not a list; expected a list" : "missing; expected a list");
  return false;
}

std::string Field::Text(const std::string& fallback) const {
  if (!present()) return fallback;
  if (IsString()) return value_->get<std::string>();
  Fail(Shown(*value_) + " is not a text; expected a text (quote it)");
  return fallback;
}

bool Field::Flag(bool fallback) const {
  if (!present()) return fallback;
  if (IsBool()) return Bool();
  Fail(Shown(*value_) + " is not true or false; expected true or false");
  return fallback;
}

i64 Field::Whole(i64 fallback, i64 low, i64 high) const {
  if (!present()) return fallback;
  const std::optional<i64> value = Integer();
  if (value && *value >= low && *value <= high) return *value;
  const std::string range =
      high == INT64_MAX ? fmt::format("{} or more", low) : fmt::format("from {} to {}", low, high);
  Fail(Shown(*value_) + " does not fit; expected a whole number " + range);
  return fallback;
}

f64 Field::Real(f64 fallback, f64 low, f64 high) const {
  if (!present()) return fallback;
  if (IsNumber() && Number() >= low && Number() <= high) return Number();
  Fail(fmt::format("{} does not fit; expected a number from {} to {}", Shown(*value_), low, high));
  return fallback;
}

std::vector<std::string> Field::Texts() const {
  std::vector<std::string> texts;
  if (!present()) return texts;
  if (IsString()) return {ScalarText()};
  if (!ExpectList()) return texts;
  for (const Field& element : Elements()) texts.push_back(element.Text());
  return texts;
}

size_t Field::Word(const std::string& kind_of_word, std::span<const std::string> words,
                   size_t fallback) const {
  if (!present()) return fallback;
  if (IsScalar()) {
    const auto found = std::find(words.begin(), words.end(), ScalarText());
    if (found != words.end()) return static_cast<size_t>(found - words.begin());
  }
  FailWord(kind_of_word, words);
  return fallback;
}

}  // namespace wt

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "scenarios/yaml.h"
#include "scenarios/yaml_scalar.h"
#include "sim/objects/patch.h"

namespace wt {
namespace {

using nlohmann::json;

Place PlaceOf(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<u32>(mark.line) + 1, static_cast<u32>(mark.column) + 1};
}

// Thrown inside this file only; ReadYaml turns it into an Error.
struct Refused {
  Place place;
  std::string what;
};

bool IsMergeKey(const YAML::Node& key) {
  return key.IsScalar() && key.Scalar() == "<<" && key.Tag() != "!";
}

// Turns yaml-cpp's graph of nodes into a tree of JSON values, noting places on the way.
class Converter {
 public:
  Converter(YamlDocument& document, size_t& values_left, u32 depth_max)
      : document_(document), values_left_(values_left), depth_max_(depth_max) {}

  json Convert(const YAML::Node& node, const std::string& pointer, u32 depth) {
    Spend(node, depth);
    Note(pointer, node);
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return Scalar(node);
      case YAML::NodeType::Sequence:
        return Sequence(node, pointer, depth);
      case YAML::NodeType::Map:
        return Map(node, pointer, depth);
      default:
        return nullptr;
    }
  }

 private:
  void Spend(const YAML::Node& node, u32 depth) {
    if (values_left_ == 0) {
      throw Refused{PlaceOf(node.Mark()), "too many values once aliases are expanded"};
    }
    --values_left_;
    if (depth > depth_max_) {
      throw Refused{PlaceOf(node.Mark()),
                    "nested deeper than " + std::to_string(depth_max_) + " levels"};
    }
  }

  void Note(const std::string& pointer, const YAML::Node& node) {
    document_.places[pointer].value = PlaceOf(node.Mark());
  }

  static json FromScalar(const YamlScalar& scalar, const YAML::Node& node) {
    struct Visitor {
      json operator()(YamlNull) const { return nullptr; }
      json operator()(bool value) const { return value; }
      json operator()(i64 value) const { return value; }
      json operator()(u64 value) const { return value; }
      json operator()(f64 value) const { return value; }
      json operator()(const std::string& value) const { return value; }
    };
    const f64* number = std::get_if<f64>(&scalar);
    if (number != nullptr && !std::isfinite(*number)) {
      throw Refused{PlaceOf(node.Mark()),
                    "\"" + node.Scalar() + "\" is not a number JSON can hold"};
    }
    return std::visit(Visitor{}, scalar);
  }

  static json Scalar(const YAML::Node& node) {
    const std::string& tag = node.Tag();
    const std::string& text = node.Scalar();
    if (tag == "!" || tag == "tag:yaml.org,2002:str" || tag == "tag:yaml.org,2002:binary") {
      return text;
    }
    const YamlScalar scalar = ResolvePlainScalar(text);
    if (tag.empty() || tag == "?") return FromScalar(scalar, node);
    const bool fits =
        (tag == "tag:yaml.org,2002:int" &&
         (std::holds_alternative<i64>(scalar) || std::holds_alternative<u64>(scalar))) ||
        (tag == "tag:yaml.org,2002:float" &&
         (std::holds_alternative<i64>(scalar) || std::holds_alternative<f64>(scalar))) ||
        (tag == "tag:yaml.org,2002:bool" && std::holds_alternative<bool>(scalar)) ||
        (tag == "tag:yaml.org,2002:null" && std::holds_alternative<YamlNull>(scalar));
    if (!fits) {
      throw Refused{PlaceOf(node.Mark()), "\"" + text + "\" cannot be read as " + tag +
                                              "; expected a plain value without a tag"};
    }
    return FromScalar(scalar, node);
  }

  json Sequence(const YAML::Node& node, const std::string& pointer, u32 depth) {
    json list = json::array();
    size_t index = 0;
    for (const YAML::Node& element : node) {
      list.push_back(Convert(element, pointer + "/" + std::to_string(index++), depth + 1));
    }
    return list;
  }

  static std::string Key(const YAML::Node& key) {
    if (key.IsNull()) throw Refused{PlaceOf(key.Mark()), "a map key must not be null"};
    if (!key.IsScalar()) {
      throw Refused{PlaceOf(key.Mark()), "a map key must be a scalar"};
    }
    if (key.Tag() == "!" || key.Tag() == "tag:yaml.org,2002:str") return key.Scalar();
    std::optional<std::string> text = KeyText(ResolvePlainScalar(key.Scalar()));
    if (!text) throw Refused{PlaceOf(key.Mark()), "a map key must not be null"};
    return *text;
  }

  json Map(const YAML::Node& node, const std::string& pointer, u32 depth) {
    json map = json::object();
    for (const auto& entry : node) {
      if (IsMergeKey(entry.first)) continue;
      const std::string key = Key(entry.first);
      const std::string child = pointer + "/" + EscapePointer(key);
      if (map.contains(key)) {
        const Place first = document_.places[child].key;
        throw Refused{PlaceOf(entry.first.Mark()), "key \"" + key + "\" is given twice (first at " +
                                                       "line " + std::to_string(first.line) + ")"};
      }
      document_.places[child].key = PlaceOf(entry.first.Mark());
      map[key] = Convert(entry.second, child, depth + 1);
    }
    for (const auto& entry : node) {
      if (IsMergeKey(entry.first)) Merge(map, entry.second, pointer, depth);
    }
    return map;
  }

  // Keys of the map itself win over merged ones; an earlier merged map wins over a later one.
  void Merge(json& into, const YAML::Node& from, const std::string& pointer, u32 depth) {
    if (from.IsSequence()) {
      for (const YAML::Node& element : from) {
        if (!element.IsMap()) RefuseMerge(element);
        Merge(into, element, pointer, depth + 1);
      }
      return;
    }
    if (!from.IsMap()) RefuseMerge(from);
    Spend(from, depth);
    for (const auto& entry : from) {
      if (IsMergeKey(entry.first)) continue;
      const std::string key = Key(entry.first);
      if (into.contains(key)) continue;
      const std::string child = pointer + "/" + EscapePointer(key);
      document_.places[child].key = PlaceOf(entry.first.Mark());
      into[key] = Convert(entry.second, child, depth + 1);
    }
    for (const auto& entry : from) {
      if (IsMergeKey(entry.first)) Merge(into, entry.second, pointer, depth + 1);
    }
  }

  [[noreturn]] static void RefuseMerge(const YAML::Node& node) {
    throw Refused{PlaceOf(node.Mark()), "<< can merge only maps; expected a map or a list of maps"};
  }

  YamlDocument& document_;
  size_t& values_left_;
  u32 depth_max_;
};

// Length of the UTF-8 sequence at `at`, 0 if it is not valid (RFC 3629).
size_t Utf8Length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto tail = [&](size_t i) { return byte(i) >= 0x80 && byte(i) < 0xC0; };
  const unsigned first = byte(at);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first < 0xE0) return tail(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    if (!tail(at + 1) || !tail(at + 2)) return 0;
    if (first == 0xE0 && byte(at + 1) < 0xA0) return 0;
    if (first == 0xED && byte(at + 1) >= 0xA0) return 0;
    return 3;
  }
  if (first >= 0xF0 && first < 0xF5) {
    if (!tail(at + 1) || !tail(at + 2) || !tail(at + 3)) return 0;
    if (first == 0xF0 && byte(at + 1) < 0x90) return 0;
    if (first == 0xF4 && byte(at + 1) >= 0x90) return 0;
    return 4;
  }
  return 0;
}

std::optional<Place> FirstBadUtf8(std::string_view text) {
  Place place{1, 1};
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8Length(text, at);
    if (length == 0) return place;
    place = text[at] == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
    at += length;
  }
  return std::nullopt;
}

// JSON writes characters above U+FFFF as two escapes, which YAML does not know.
std::string JoinSurrogates(std::string_view text) {
  std::string joined;
  const auto hex4 = [&](size_t at) -> int {
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
    int value = 0;
    for (size_t i = at + 2; i < at + 6; ++i) {
      const char c = text[i];
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  };
  for (size_t at = 0; at < text.size();) {
    const int high = hex4(at);
    const int low = high >= 0xD800 && high < 0xDC00 ? hex4(at + 6) : -1;
    if (low >= 0xDC00 && low < 0xE000) {
      const int code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
      joined += fmt::format("\\U{:08X}", code);
      at += 12;
    } else if (text[at] == '\\' && at + 1 < text.size()) {
      joined += text.substr(at, 2);
      at += 2;
    } else {
      joined += text[at++];
    }
  }
  return joined;
}

bool LooksLikeJson(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

Error Refuse(const std::string& file, Place place, std::string what) {
  return {ErrorCode::kInvalidInput, PlaceText(file, place), std::move(what)};
}

std::string_view LineOf(std::string_view text, u32 number) {
  size_t from = 0;
  for (u32 line = 1; line < number && from != std::string_view::npos; ++line) {
    from = text.find('\n', from);
    if (from != std::string_view::npos) ++from;
  }
  if (from == std::string_view::npos) return {};
  return text.substr(from, std::min(text.find('\n', from), text.size()) - from);
}

// A text that cannot be read: at the line or one beside it may stand one of the usual causes.
Error Explain(std::string_view text, const std::string& file, Place place, std::string what) {
  for (u32 line = place.line > 1 ? place.line - 1 : 1; line <= place.line + 1; ++line) {
    const std::string_view words = LineOf(text, line);
    const size_t indent = std::min(words.find_first_not_of(" \t"), words.size());
    const size_t tab = words.substr(0, indent).find('\t');
    if (tab != std::string_view::npos) {
      return Refuse(file, {line, static_cast<u32>(tab + 1)},
                    "a tab in the indentation; expected spaces");
    }
    const size_t braces = words.find("{{");
    if (braces != std::string_view::npos) {
      return Refuse(file, {line, static_cast<u32>(braces + 1)},
                    "looks like a template; render it first, e.g. with helm template");
    }
  }
  return Refuse(file, place, std::move(what));
}

}  // namespace

std::string PlaceText(const std::string& file, Place place) {
  if (place.line == 0) return file;
  return file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

Place YamlDocument::Of(std::string_view pointer) const {
  for (;;) {
    const auto found = places.find(pointer);
    if (found != places.end() && found->second.value.line != 0) return found->second.value;
    if (found != places.end() && found->second.key.line != 0) return found->second.key;
    const size_t slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return {};
    pointer = pointer.substr(0, slash);
  }
}

Place YamlDocument::OfKey(std::string_view pointer) const {
  const auto found = places.find(pointer);
  if (found != places.end() && found->second.key.line != 0) return found->second.key;
  return Of(pointer);
}

Result<std::vector<YamlDocument>> ReadYaml(std::string_view text, const std::string& file,
                                           const YamlLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Refuse(file, {}, "longer than " + std::to_string(limits.bytes_max) + " bytes");
  }
  if (const auto bad = FirstBadUtf8(text)) {
    return Refuse(file, *bad, "not valid UTF-8 text; expected YAML or JSON");
  }
  std::vector<YamlDocument> documents;
  size_t values_left = limits.values_max;
  try {
    const std::string source = LooksLikeJson(text) ? JoinSurrogates(text) : std::string(text);
    for (const YAML::Node& root : YAML::LoadAll(source)) {
      YamlDocument document;
      document.file = file;
      Converter converter(document, values_left, limits.depth_max);
      json value = converter.Convert(root, "", 0);
      if (value.is_null()) continue;
      document.value = std::make_shared<const json>(std::move(value));
      documents.push_back(std::move(document));
    }
  } catch (const Refused& refused) {
    return Explain(text, file, refused.place, refused.what);
  } catch (const YAML::Exception& broken) {
    return Explain(text, file, PlaceOf(broken.mark), "broken YAML: " + broken.msg);
  }
  return documents;
}

Result<std::string> ReadTextFile(const std::string& path, size_t bytes_max) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Refuse(path, {}, "cannot be opened");
  std::string text;
  char buffer[65536];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    text.append(buffer, static_cast<size_t>(in.gcount()));
    if (text.size() > bytes_max) {
      return Refuse(path, {}, "longer than " + std::to_string(bytes_max) + " bytes");
    }
  }
  if (in.bad()) return Refuse(path, {}, "cannot be read");
  return text;
}

Result<std::vector<YamlDocument>> ReadYamlFile(const std::string& path, const YamlLimits& limits) {
  Result<std::string> text = ReadTextFile(path, limits.bytes_max);
  if (!text) return text.error();
  return ReadYaml(*text, path, limits);
}

}  // namespace wt

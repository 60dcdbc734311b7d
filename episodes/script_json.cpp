// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "episodes/script.h"
#include "scenarios/nearest.h"

namespace wt {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kActionsMax = 10000;
constexpr f64 kSecondsMax = 1e8;
constexpr int kDepthMax = 64;  // of brackets: what writes JSON out recurses

struct KnownKey {
  const char* name;
  bool is_text;
};
constexpr std::array kKeys{
    KnownKey{"at_s", false},       KnownKey{"verb", true},        KnownKey{"target", true},
    KnownKey{"option", false},     KnownKey{"type", true},        KnownKey{"patch", false},
    KnownKey{"fault_kind", true},  KnownKey{"field", true},       KnownKey{"object_kind", true},
    KnownKey{"object_name", true}, KnownKey{"object_namespace", true}};
constexpr std::array<std::string_view, 3> kPatchTypes{"json", "merge", "strategic"};
// An episode line says of each of its actions whether the cluster took it; nothing to do here.
constexpr const char* kOfEpisodeLines = "accepted";

Error Wrong(const std::string& where, std::string what) {
  return Error{ErrorCode::kUsage, where, std::move(what)};
}

// A key that is not known would be left out in silence, and another action be carried out.
Status CheckKeys(const Json& line, const std::string& place) {
  for (auto item = line.begin(); item != line.end(); ++item) {
    const std::string& key = item.key();
    const Json& value = item.value();
    if (key == kOfEpisodeLines) continue;
    const auto known =
        std::ranges::find_if(kKeys, [&](const KnownKey& one) { return key == one.name; });
    if (known == kKeys.end()) {
      std::vector<std::string> names;
      for (const KnownKey& one : kKeys) names.emplace_back(one.name);
      return Wrong(place, "unknown key \"" + key + "\"; expected " + JoinWords(names) +
                              DidYouMean(key, names));
    }
    if (known->is_text && !value.is_string() && !value.is_null()) {
      return Wrong(place, key + ": expected a text");
    }
  }
  return Ok{};
}

std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return "";
  return found->get<std::string>();
}

void ReadAnswer(const Json& line, ScriptedAction& out) {
  out.answer.fault_kind = TextOf(line, "fault_kind");
  out.answer.field = TextOf(line, "field");
  out.answer.object_kind = TextOf(line, "object_kind");
  out.answer.object_name = TextOf(line, "object_name");
  out.answer.object_namespace = TextOf(line, "object_namespace");
  out.answered = !out.answer.fault_kind.empty() || !out.answer.field.empty() ||
                 !out.answer.object_name.empty();
}

Result<ScriptedAction> ReadOne(const Json& line, const std::string& place) {
  if (!line.is_object()) return Wrong(place, "expected an object like {\"at_s\": 60, \"verb\": "
                                             "\"describe\", \"target\": \"service/profile\"}");
  if (const Status known = CheckKeys(line, place); !known) return known.error();
  ScriptedAction out;
  out.place = place;
  const auto at = line.find("at_s");
  if (at != line.end()) {
    const bool fits = at->is_number() && at->get<f64>() >= 0 && at->get<f64>() <= kSecondsMax;
    if (!fits) return Wrong(place, "at_s: expected seconds, 0 or more");
    out.timed = true;
    out.at = static_cast<SimTime>(std::llround(at->get<f64>() * static_cast<f64>(kSecond)));
  }
  out.verb = TextOf(line, "verb");
  if (out.verb.empty()) return Wrong(place, "verb: expected a text such as \"describe\"");
  out.target = TextOf(line, "target");
  const auto option = line.find("option");
  if (option != line.end() && !option->is_null()) {
    if (option->is_number_integer() && *option >= 0 && *option < 32) {
      out.option = option->get<int>();
    } else if (option->is_string()) {
      out.option_text = option->get<std::string>();
    } else {
      return Wrong(place, "option: expected its number or its text");
    }
  }
  if (out.verb == "submit") ReadAnswer(line, out);
  if (out.verb != "patch") return out;
  out.patch_type = TextOf(line, "type");
  const auto patch = line.find("patch");
  if (out.target.empty() || out.patch_type.empty() || patch == line.end()) {
    return Wrong(place, "a patch needs target, type (json, merge or strategic) and patch");
  }
  const bool known_type =
      std::ranges::find(kPatchTypes, out.patch_type) != std::ranges::end(kPatchTypes);
  if (!known_type && !line.contains(kOfEpisodeLines)) {  // an agent may have said anything
    return Wrong(place, "type: \"" + out.patch_type + "\" is none; expected json, merge or "
                        "strategic");
  }
  out.patch = patch->is_string() ? patch->get<std::string>() : patch->dump();
  return out;
}

Status ReadInto(const std::string& text, const std::string& place,
                std::vector<ScriptedAction>& out) {
  bool deep = false;
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kDepthMax;
    return !deep;
  };
  const Json value = Json::parse(text, shallow, false);
  if (deep) return Wrong(place, "is nested too deep");
  if (value.is_discarded()) return Wrong(place, "is not JSON");
  const auto add = [&](const Json& line, const std::string& where) -> Status {
    if (out.size() >= kActionsMax) return Wrong(where, "more than 10000 actions");
    Result<ScriptedAction> action = ReadOne(line, where);
    if (!action) return action.error();
    out.push_back(std::move(*action));
    return Ok{};
  };
  if (!value.is_array()) return add(value, place);
  std::size_t number = 0;
  for (const Json& line : value) {
    if (const Status s = add(line, place + ": action " + std::to_string(++number)); !s) return s;
  }
  return Ok{};
}

Json LineOf(const TakenAction& taken) {
  const Move& move = MoveOf(taken.action);
  const bool patched = !taken.patch_type.empty();
  Json line = {{"at_s", ToSeconds(taken.at)},
               {"verb", patched ? "patch" : std::string(VerbName(move.verb))},
               {"target", taken.target}};
  if (patched) {
    line["type"] = taken.patch_type;
    line["patch"] = taken.patch;
  } else if (move.option > 0) {
    line["option"] = move.option;
  }
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) line[key] = text;
  };
  add("fault_kind", taken.fault_kind);
  add("field", taken.field);
  add("object_kind", taken.object_kind);
  add("object_name", taken.object_name);
  add("object_namespace", taken.object_namespace);
  return line;
}

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<std::vector<ScriptedAction>> ReadActions(std::string_view text, const std::string& where) {
  std::vector<ScriptedAction> out;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '[') {
    if (const Status s = ReadInto(std::string(text), where, out); !s) return s.error();
    return out;
  }
  std::size_t number = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find('\n', from), text.size());
    const std::string line(text.substr(from, to - from));
    ++number;
    from = to + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string place = where + ":" + std::to_string(number) + ":1";
    if (const Status s = ReadInto(line, place, out); !s) return s.error();
  }
  return out;
}

std::string ActionText(const TakenAction& action) { return Dump(LineOf(action)); }

std::string ActionsText(std::span<const TakenAction> actions) {
  Json out = Json::array();
  for (const TakenAction& taken : actions) out.push_back(LineOf(taken));
  return Dump(out);
}

}  // namespace wt

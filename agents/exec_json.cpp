// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "agents/exec.h"
#include "agents/view.h"

namespace wt {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, kEntityKinds> kTables{"cluster", "services", "workloads",
                                                        "nodes"};
constexpr Action kNothing{EntityKind::kCluster, 0, 0xffff};  // not legal anywhere
constexpr u8 kOptionsMax = 32;  // as many as a kind has moves
constexpr int kDepthMax = 64;  // of an answer's brackets: what writes JSON out recurses

u16 SlotsOf(const ObservationView& view, EntityKind kind) {
  return view.shape.slots[static_cast<std::size_t>(kind)];
}

std::string TargetOf(const Cluster& cluster, EntityKind kind, u16 slot) {
  if (kind == EntityKind::kCluster) return "cluster";
  return std::string(EntityKindName(kind)) + "/" + cluster.EntityName(kind, slot);
}

Json Features(const ObservationView& view, EntityKind kind, u16 slot) {
  Json out = Json::object();
  const auto features = FeaturesOf(kind);
  for (u32 f = 0; f < features.size(); ++f) {
    out[std::string(features[f].name)] = view.Plane(kind, f)[slot];
  }
  return out;
}

Json Observation(const ObservationView& view, const Cluster& cluster) {
  Json out = Json::object();
  out["cluster"] = Features(view, EntityKind::kCluster, 0);
  for (int k = 1; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    Json& table = out[kTables[static_cast<std::size_t>(k)]] = Json::array();
    for (u16 slot = 0; slot < SlotsOf(view, kind); ++slot) {
      if (view.Plane(kind, 0)[slot] < 0.5f) continue;
      Json row = {{"name", cluster.EntityName(kind, slot)}};
      row.update(Features(view, kind, slot));
      table.push_back(std::move(row));
    }
  }
  Json& calls = out["calls"] = Json::array();
  for (std::size_t e = 0; e < view.edge_from.size(); ++e) {
    calls.push_back({cluster.EntityName(EntityKind::kService, view.edge_from[e]),
                     cluster.EntityName(EntityKind::kService, view.edge_to[e])});
  }
  return out;
}

// One entry per kind and verb.
Json LegalMoves(const ObservationView& view, const Cluster& cluster) {
  Json out = Json::array();
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    const auto moves = MovesOf(kind);
    std::map<Verb, Json> by_verb;
    for (u8 m = 0; m < moves.size(); ++m) {
      Json targets = Json::array();
      for (u16 slot = 0; slot < SlotsOf(view, kind); ++slot) {
        if (IsLegal(view, {kind, m, slot})) targets.push_back(TargetOf(cluster, kind, slot));
      }
      if (targets.empty()) continue;
      Json& entry = by_verb[moves[m].verb];
      if (entry.is_null()) {
        entry = {{"verb", VerbName(moves[m].verb)},
                 {"targets", std::move(targets)},
                 {"options", Json::array()}};
      }
      entry["options"].push_back({{"option", moves[m].option}, {"meaning", moves[m].meaning}});
    }
    for (auto& [verb, entry] : by_verb) out.push_back(std::move(entry));
  }
  return out;
}

std::string TextOf(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// "service/profile", "deployment/profile", "node/n1".
bool FindEntity(const Cluster& cluster, std::string_view word, std::string_view name,
                EntityKind& kind, u16& slot) {
  struct Alias {
    std::string_view word;
    EntityKind kind;
  };
  constexpr std::array kAliases{
      Alias{"service", EntityKind::kService},     Alias{"Service", EntityKind::kService},
      Alias{"workload", EntityKind::kWorkload},   Alias{"deployment", EntityKind::kWorkload},
      Alias{"Deployment", EntityKind::kWorkload}, Alias{"node", EntityKind::kNode},
      Alias{"Node", EntityKind::kNode}};
  for (const Alias& alias : kAliases) {
    if (alias.word != word || name.empty()) continue;
    const u16 slots = cluster.Shape().slots[static_cast<std::size_t>(alias.kind)];
    for (u16 s = 0; s < slots; ++s) {
      if (cluster.EntityName(alias.kind, s) != name) continue;
      kind = alias.kind;
      slot = s;
      return true;
    }
  }
  return false;
}

void ReadPatch(const Json& action, const std::string& target, PolicySlot& slot) {
  ExternalWords& words = *slot.context->words;
  words.patch_object = target.empty() ? "none" : target;
  words.patch_type = TextOf(action, "type");
  if (words.patch_type.empty()) words.patch_type = "none";
  const auto patch = action.find("patch");
  if (patch != action.end()) {
    words.patch = patch->is_string() ? patch->get<std::string>() : patch->dump();
  }
}

// The option that a number names; nothing for what is no whole number.
std::optional<u8> OptionNumber(const Json& option) {
  if (option.is_string()) {
    const std::string& text = option.get_ref<const std::string&>();
    u8 number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = failed == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
  }
  if (!option.is_number()) return std::nullopt;
  const f64 number = option.get<f64>();
  for (u8 k = 0; k < kOptionsMax; ++k) {
    if (number == k) return k;
  }
  return std::nullopt;
}

// The move of `verb` on the entity of `chosen` that `option` names, by its text, else by its
// number; without an option the only one there is.
bool FindMove(const std::string& verb, const Json& option, const Cluster& cluster,
              Action& chosen) {
  const auto moves = MovesOf(chosen.kind);
  const std::optional<u8> number = OptionNumber(option);
  std::optional<u8> by_text, by_number, only;
  u32 count = 0;
  for (u8 m = 0; m < moves.size(); ++m) {
    if (VerbName(moves[m].verb) != verb) continue;
    ++count;
    only = m;
    if (number == moves[m].option) by_number = m;
    if (!by_text && option.is_string() &&
        cluster.OptionText({chosen.kind, m, chosen.slot}) == option.get_ref<const std::string&>()) {
      by_text = m;
    }
  }
  if (count != 1 || !option.is_null()) only = by_text ? by_text : by_number;
  if (only) chosen.move = *only;
  return only.has_value();
}

void ReadAction(const Json& action, PolicySlot& slot) {
  const std::string verb = TextOf(action, "verb"), target = TextOf(action, "target");
  if (verb == "patch") return ReadPatch(action, target, slot);
  Action chosen;
  slot.chosen = kNothing;
  if (!target.empty() && target != "cluster") {
    const std::size_t slash = target.find('/');
    if (slash == std::string::npos) return;
    const std::string_view word = std::string_view(target).substr(0, slash);
    const std::string_view name = std::string_view(target).substr(slash + 1);
    if (!FindEntity(*slot.context->cluster, word, name, chosen.kind, chosen.slot)) return;
  }
  const auto option = action.find("option");
  if (!FindMove(verb, option == action.end() ? Json() : *option, *slot.context->cluster, chosen)) {
    return;
  }
  slot.chosen = chosen;
}

// False when it says neither whether something is wrong nor what.
bool ReadSubmit(const Json& submit, PolicySlot& slot) {
  ExternalWords& words = *slot.context->words;
  words.answered = true;
  Answer& answer = words.answer;
  slot.chosen = kSayHealthy;
  const auto detected = submit.find("detected");
  const auto causes = submit.find("root_causes");
  const bool named = causes != submit.end() && causes->is_array() && !causes->empty() &&
                     causes->front().is_object();
  if (detected == submit.end() ? !named : !detected->is_boolean()) return false;
  answer.detected = detected != submit.end() ? detected->get<bool>() : named;
  if (!named) return true;
  const Json& cause = causes->front();
  answer.fault_kind = TextOf(cause, "kind");
  answer.field = TextOf(cause, "field");
  const Json target = cause.value("target", Json::object());
  answer.object_kind = TextOf(target, "kind");
  answer.object_name = TextOf(target, "name");
  answer.object_namespace = TextOf(target, "namespace");
  if (!FindEntity(*slot.context->cluster, answer.object_kind, answer.object_name, answer.kind,
                  answer.slot)) {
    return true;
  }
  const auto moves = MovesOf(answer.kind);
  for (u8 m = 0; m < moves.size(); ++m) {
    if (moves[m].verb == Verb::kSubmit && answer.detected) {
      slot.chosen = {answer.kind, m, answer.slot};
    }
  }
  return true;
}

}  // namespace

std::string ExecQuestion(const PolicySlot& slot, const std::string& episode) {
  const AgentContext& context = *slot.context;
  const ObservationView& view = slot.observation;
  const Cluster& cluster = *context.cluster;
  Json out = {{"schema", "wavetank.agent/1"},
              {"episode", episode},
              {"task", context.task},
              {"complaint", context.complaint},
              {"step", slot.step},
              {"sim_time_s", ToSeconds(cluster.Now())},
              {"budget",
               {{"steps", context.steps_left}, {"time_s", ToSeconds(context.time_left)}}}};
  out["observation"] = Observation(view, cluster);
  out["legal"] = LegalMoves(view, cluster);
  constexpr u32 kLastOk = FeatureIndex(EntityKind::kCluster, "last_ok");
  out["last_result"] = {{"ok", slot.step == 0 || Global(view, kLastOk) > 0.5f},
                        {"text", slot.step == 0 ? std::string() : cluster.LastResultText()}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Status ReadExecAnswer(const std::string& line, PolicySlot& slot) {
  bool deep = false;
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kDepthMax;
    return !deep;
  };
  const Json answer = Json::parse(line, shallow, false);
  if (deep) return Error{ErrorCode::kEnvironment, "agent", "its answer is nested too deep"};
  const auto wrong = [&] {
    return Error{ErrorCode::kEnvironment, "agent",
                 "expected {\"action\": {...}} or {\"submit\": {...}}, got: " + line.substr(0, 80)};
  };
  if (!answer.is_object()) return wrong();
  const auto submit = answer.find("submit");
  if (submit != answer.end() && submit->is_object()) {
    if (ReadSubmit(*submit, slot)) return Ok{};
    return Error{ErrorCode::kEnvironment, "agent",
                 "submit: expected \"detected\": true or false, got: " +
                     submit->dump().substr(0, 80)};
  }
  const auto action = answer.find("action");
  if (action == answer.end() || !action->is_object()) return wrong();
  ReadAction(*action, slot);
  return Ok{};
}

}  // namespace wt

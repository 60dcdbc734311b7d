// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/nearest.h"
#include "scenarios/read_distribution.h"
#include "scenarios/read_spec.h"

namespace wt {
namespace {

const std::string kTargetKeys[] = {"service", "workload", "pod",      "node",
                                   "edge",    "object",   "namespace"};
constexpr TargetKind kTargetKinds[] = {kTargetService, kTargetWorkload, kTargetPod,
                                       kTargetNode,    kTargetEdge,     kTargetObject};

std::vector<std::string> KindNames(std::span<const FaultKindInfo> kinds) {
  std::vector<std::string> names;
  for (const FaultKindInfo& kind : kinds) names.emplace_back(kind.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> AllowedTargets(u8 bits) {
  std::vector<std::string> names;
  for (size_t i = 0; i < std::size(kTargetKinds); ++i) {
    if (bits & kTargetKinds[i]) names.push_back(kTargetKeys[i]);
  }
  return names;
}

Distribution ReadName(const Field& field) {
  if (!field.present()) {
    field.Fail("missing; expected a name or any");
    return Distribution::OfText("any");
  }
  return ReadDistribution(field, {.unit = Unit::kText}, Distribution::OfText("any"));
}

void ReadEdge(const Field& field, TargetSelector& target) {
  static const std::string kKeys[] = {"from", "to"};
  if (!field.ExpectMap(kKeys)) return;
  target.name = ReadName(field["from"]);
  target.to = ReadName(field["to"]);
}

void ReadObject(const Field& field, TargetSelector& target) {
  static const std::string kKeys[] = {"kind", "name", "namespace"};
  if (!field.ExpectMap(kKeys)) return;
  target.object_kind = field["kind"].Text();
  if (target.object_kind.empty()) field.Fail("missing field \"kind\"; expected kind and name");
  target.name = ReadName(field["name"]);
  target.name_space = field["namespace"].Text();
}

// "deployment/profile" names the kind of the workload; "profile" leaves it open.
void SplitWorkloadKind(TargetSelector& target) {
  for (std::string& text : target.name.texts) {
    const size_t slash = text.find('/');
    if (slash == std::string::npos) continue;
    target.object_kind = text.substr(0, slash);
    text = text.substr(slash + 1);
  }
}

std::optional<TargetSelector> ReadTarget(const Field& field) {
  if (!field.present()) return std::nullopt;
  if (!field.ExpectMap(kTargetKeys)) return std::nullopt;
  TargetSelector target;
  target.place = field.PlaceText();
  target.name_space = field["namespace"].Text();
  u32 given = 0;
  for (size_t i = 0; i < std::size(kTargetKinds); ++i) {
    const Field selector = field[kTargetKeys[i]];
    if (!selector.present()) continue;
    ++given;
    target.kind = kTargetKinds[i];
    if (target.kind == kTargetEdge) {
      ReadEdge(selector, target);
    } else if (target.kind == kTargetObject) {
      ReadObject(selector, target);
    } else {
      target.name = ReadName(selector);
      if (target.kind == kTargetWorkload) SplitWorkloadKind(target);
    }
  }
  if (given != 1) {
    field.Fail("not one target; expected exactly one of " +
               JoinWords(std::span(kTargetKeys).first(std::size(kTargetKinds))));
    return std::nullopt;
  }
  return target;
}

// Parameters must fit every kind that can be drawn.
void ReadParameters(const Field& field, const std::vector<const FaultKindInfo*>& kinds,
                    FaultSpec& fault) {
  if (!field.present() || !field.ExpectMap()) return;
  for (const std::string& name : field.Keys()) {
    const Field value = field[name];
    for (const FaultKindInfo* kind : kinds) {
      std::vector<std::string> names;
      const FaultParameter* parameter = nullptr;
      for (const FaultParameter& candidate : kind->parameters) {
        names.emplace_back(candidate.name);
        if (candidate.name == name) parameter = &candidate;
      }
      if (parameter == nullptr) {
        value.FailAtKey("unknown parameter of " + std::string(kind->name) + "; expected " +
                        (names.empty() ? "none" : JoinWords(names)) + DidYouMean(name, names));
        continue;
      }
      const ValueRule rule{.unit = parameter->type, .low = parameter->min, .high = parameter->max};
      fault.with[name] = ReadDistribution(value, rule, Distribution::Of(parameter->type, 0));
    }
  }
}

std::vector<const FaultKindInfo*> ReadKind(const Field& field, const LoadOptions& options,
                                           FaultSpec& fault) {
  const std::vector<std::string> names = KindNames(options.kinds);
  std::vector<const FaultKindInfo*> kinds;
  if (!field.present()) {
    field.Fail("missing; expected a fault kind: " + JoinWords(names));
    return kinds;
  }
  fault.kind = ReadDistribution(field, {.unit = Unit::kText}, Distribution::OfText(""));
  for (const std::string& name : fault.kind.texts) {
    const FaultKindInfo* kind = FindFaultKind(options.kinds, name);
    if (kind != nullptr) {
      kinds.push_back(kind);
    } else if (!name.empty() || field.IsScalar()) {
      field.Fail("unknown fault kind \"" + name + "\"; expected " + JoinWords(names) +
                 DidYouMean(name, names));
    }
  }
  return kinds;
}

FaultSpec ReadFault(const Field& field, const LoadOptions& options) {
  static const std::string kKeys[] = {"kind", "target", "at", "duration", "with"};
  constexpr f64 kLatest = 30.0 * 24 * 3600e9;
  FaultSpec fault;
  fault.place = field.PlaceText();
  if (!field.ExpectMap(kKeys)) return fault;
  const std::vector<const FaultKindInfo*> kinds = ReadKind(field["kind"], options, fault);
  fault.target = ReadTarget(field["target"]);
  for (const FaultKindInfo* kind : kinds) {
    if (!fault.target || (kind->targets & fault.target->kind) != 0) continue;
    const bool vowel = fault.target->kind == kTargetObject || fault.target->kind == kTargetEdge;
    field["target"].Fail(fmt::format("{} cannot act on {} {}; expected {}", kind->name,
                                     vowel ? "an" : "a", TargetKindName(fault.target->kind),
                                     JoinWords(AllowedTargets(kind->targets))));
  }
  fault.at = ReadDistribution(field["at"], {.unit = Unit::kDuration, .high = kLatest}, fault.at);
  const Field duration = field["duration"];
  if (duration.present() && !(duration.IsString() && duration.ScalarText() == "until-repaired")) {
    const ValueRule rule{.unit = Unit::kDuration, .low = 1e9, .high = kLatest};
    fault.duration = ReadDistribution(duration, rule, Distribution::Of(Unit::kDuration, 1e9));
  }
  ReadParameters(field["with"], kinds, fault);
  return fault;
}

}  // namespace

const FaultKindInfo* FindFaultKind(std::span<const FaultKindInfo> kinds, std::string_view name) {
  for (const FaultKindInfo& kind : kinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

const char* TargetKindName(TargetKind kind) {
  for (size_t i = 0; i < std::size(kTargetKinds); ++i) {
    if (kTargetKinds[i] == kind) return kTargetKeys[i].c_str();
  }
  return "";
}

std::vector<FaultSpec> ReadFaults(const Field& field, const LoadOptions& options) {
  constexpr size_t kMost = 16;
  std::vector<FaultSpec> faults;
  if (!field.present()) {
    field.Fail("missing; expected a list of faults, [] for a healthy scenario");
    return faults;
  }
  if (!field.ExpectList()) return faults;
  if (field.Elements().size() > kMost) {
    field.Fail("more than " + std::to_string(kMost) + " faults; expected at most that many");
    return faults;
  }
  for (const Field& element : field.Elements()) faults.push_back(ReadFault(element, options));
  return faults;
}

}  // namespace wt

// SPDX-License-Identifier: Apache-2.0
#include "scenarios/not_modelled.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "scenarios/field.h"
#include "sim/objects/kinds.h"

namespace wt {
namespace {

bool IsThere(const Field& field) {
  if (field.IsList()) return !field.Elements().empty();
  if (field.IsMap()) return !field.Keys().empty();
  return field.present() && !(field.IsBool() && !field.Bool());
}

bool IsSidecar(const Field& container) { return container["restartPolicy"].Text() == "Always"; }

bool HasSidecars(const Field& list) {
  const std::vector<Field> all = list.Elements();
  return std::any_of(all.begin(), all.end(), IsSidecar);
}

bool HasInits(const Field& list) {
  const std::vector<Field> all = list.Elements();
  return !std::all_of(all.begin(), all.end(), IsSidecar);
}

bool IsOtherScheduler(const Field& name) {
  return name.Text("default-scheduler") != "default-scheduler";
}

bool IsOtherDns(const Field& policy) {
  const std::string text = policy.Text("ClusterFirst");
  return text != "ClusterFirst" && text != "ClusterFirstWithHostNet";
}

// The model takes required terms that say In one value; see compile_template_json.cpp.
bool IsMoreThanOneValue(const Field& required) {
  if (!required.present()) return false;
  const std::vector<Field> terms = required["nodeSelectorTerms"].Elements();
  if (terms.size() != 1 || IsThere(terms[0]["matchFields"])) return true;
  const std::vector<Field> all = terms[0]["matchExpressions"].Elements();
  return !std::all_of(all.begin(), all.end(), [](const Field& expression) {
    return expression["operator"].Text() == "In" && expression["values"].Elements().size() == 1;
  });
}

bool HasOtherResources(const Field& resources) {
  for (const char* list : {"limits", "requests"}) {
    for (const std::string& name : resources[list].Keys()) {
      if (name != "cpu" && name != "memory") return true;
    }
  }
  return false;
}

struct Rule {
  const char* words;                         // how the warning calls it
  std::vector<const char*> path;             // in the pod's spec; "*" = every element
  bool (*without_effect)(const Field&) = &IsThere;
};

// In the order of a pod's life.
const Rule kRules[] = {
    {"schedulerName", {"schedulerName"}, &IsOtherScheduler},
    {"schedulingGates", {"schedulingGates"}},
    {"priorityClassName", {"priorityClassName"}},
    {"affinity.nodeAffinity (preferred)",
     {"affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"}},
    {"affinity.nodeAffinity (other than one term of single values)",
     {"affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"},
     &IsMoreThanOneValue},
    {"affinity.podAffinity", {"affinity", "podAffinity"}},
    {"affinity.podAntiAffinity", {"affinity", "podAntiAffinity"}},
    {"topologySpreadConstraints", {"topologySpreadConstraints"}},
    {"resourceClaims", {"resourceClaims"}},
    {"overhead", {"overhead"}},
    {"volumes.persistentVolumeClaim", {"volumes", "*", "persistentVolumeClaim"}},
    {"volumes.ephemeral", {"volumes", "*", "ephemeral"}},
    {"volumes.csi", {"volumes", "*", "csi"}},
    {"volumes.nfs", {"volumes", "*", "nfs"}},
    {"initContainers", {"initContainers"}, &HasInits},
    {"sidecars (initContainers with restartPolicy: Always)", {"initContainers"}, &HasSidecars},
    {"containers.resources (other than cpu and memory)", {"containers", "*", "resources"},
     &HasOtherResources},
    {"containers.ports.hostPort", {"containers", "*", "ports", "*", "hostPort"}},
    {"containers.lifecycle", {"containers", "*", "lifecycle"}},
    {"containers.restartPolicy", {"containers", "*", "restartPolicy"}},
    {"readinessGates", {"readinessGates"}},
    {"activeDeadlineSeconds", {"activeDeadlineSeconds"}},
    {"hostNetwork", {"hostNetwork"}},
    {"hostAliases", {"hostAliases"}},
    {"dnsPolicy", {"dnsPolicy"}, &IsOtherDns},
    {"dnsConfig", {"dnsConfig"}},
};

// The first place that the rest of the path leads to and that has no effect.
std::string FirstPlace(const Field& at, const Rule& rule, std::size_t depth) {
  if (depth == rule.path.size()) return rule.without_effect(at) ? at.PlaceText() : "";
  const std::string_view step = rule.path[depth];
  if (step != "*") return FirstPlace(at[step], rule, depth + 1);
  for (const Field& element : at.Elements()) {
    if (std::string place = FirstPlace(element, rule, depth + 1); !place.empty()) return place;
  }
  return "";
}

// "a, b, c and 2 more".
std::string FirstFew(const std::vector<std::string>& words) {
  constexpr std::size_t kNamedMax = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(words.size(), kNamedMax); ++i) {
    out += (i == 0 ? "" : ", ") + words[i];
  }
  if (words.size() > kNamedMax) out += fmt::format(" and {} more", words.size() - kNamedMax);
  return out;
}

}  // namespace

std::vector<NotModelledField> FieldsNotModelled(const Manifest& manifest) {
  std::vector<NotModelledField> out;
  if (!manifest.modelled) return out;
  if (manifest.kind != "Deployment" && manifest.kind != "Pod") return out;
  std::vector<Error> unused;  // types are checked where the object is loaded
  const Field root(manifest.document, unused);
  const Field spec =
      manifest.kind == "Pod" ? root["spec"] : root["spec"]["template"]["spec"];
  for (const Rule& rule : kRules) {
    std::string place = FirstPlace(spec, rule, 0);
    if (!place.empty()) out.push_back({rule.words, std::move(place)});
  }
  return out;
}

std::string NotModelledWarning(const std::vector<Manifest>& manifests) {
  std::map<std::string, int> kinds;
  std::vector<std::string> unknown;
  std::vector<std::pair<std::string, std::vector<std::string>>> fields;
  for (const Manifest& manifest : manifests) {
    const std::string object = manifest.kind + " " + manifest.name;
    if (FindKind(manifest.api_version, manifest.kind) == nullptr) {
      unknown.push_back(PlaceText(manifest.file(), manifest.document.Of("")) + " " + object);
    } else if (!manifest.modelled) {
      ++kinds[manifest.kind];
    }
    for (const NotModelledField& found : FieldsNotModelled(manifest)) {
      auto at = std::find_if(fields.begin(), fields.end(),
                             [&](const auto& known) { return known.first == found.field; });
      if (at == fields.end()) at = fields.insert(fields.end(), {found.field, {}});
      at->second.push_back(found.place + " " + object);
    }
  }
  std::string list;
  for (const auto& [kind, count] : kinds) {
    list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", kind, count);
  }
  if (!list.empty()) list = "carried as documents, not simulated: " + list;
  if (!unknown.empty()) {
    list += (list.empty() ? "" : "; ") + std::string("left out, of a kind that is not known: ") +
            FirstFew(unknown);
  }
  for (std::size_t f = 0; f < fields.size(); ++f) {
    const auto& [field, places] = fields[f];
    const char* before = "; ";
    if (f == 0) before = list.empty() ? "fields of pods not simulated: "
                                      : "; fields of pods: ";
    list += fmt::format("{}{} at {}", before, field, FirstFew(places));
  }
  return list;
}

}  // namespace wt

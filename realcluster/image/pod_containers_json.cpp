// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "realcluster/image/pod_containers.h"

namespace wt {
namespace {

using Json = nlohmann::json;

// The value at a path of keys; null where there is none.
const Json& At(const Json& json, std::initializer_list<const char*> keys) {
  static const Json kNone;
  const Json* at = &json;
  for (const char* key : keys) {
    if (!at->is_object() || !at->contains(key)) return kNone;
    at = &at->at(key);
  }
  return *at;
}

std::string Text(const Json& json, std::initializer_list<const char*> keys) {
  const Json& value = At(json, keys);
  return value.is_string() ? value.get<std::string>() : "";
}

const std::vector<Json>& List(const Json& json, std::initializer_list<const char*> keys) {
  static const std::vector<Json> kNone;
  const Json& value = At(json, keys);
  return value.is_array() ? value.get_ref<const std::vector<Json>&>() : kNone;
}

std::vector<std::string> Texts(const Json& json, std::initializer_list<const char*> keys) {
  std::vector<std::string> texts;
  for (const Json& value : List(json, keys)) {
    if (value.is_string()) texts.push_back(value.get<std::string>());
  }
  return texts;
}

const Json& PodSpecOf(const Manifest& manifest) {
  if (manifest.kind == "Pod") return At(manifest.object(), {"spec"});
  if (manifest.kind == "CronJob") {
    return At(manifest.object(), {"spec", "jobTemplate", "spec", "template", "spec"});
  }
  return At(manifest.object(), {"spec", "template", "spec"});
}

void ReadEnvPlaces(const Json& container, PodContainer& out) {
  for (const Json& entry : List(container, {"env"})) {
    for (const char* source : {"configMapKeyRef", "secretKeyRef"}) {
      const Json& ref = At(entry, {"valueFrom", source});
      if (!ref.is_object()) continue;
      ConfigPlace place;
      place.secret = std::string_view(source) == "secretKeyRef";
      place.object = Text(ref, {"name"});
      place.key = Text(ref, {"key"});
      place.env = Text(entry, {"name"});
      place.is_env = true;
      out.places.push_back(place);
    }
  }
  for (const Json& entry : List(container, {"envFrom"})) {
    for (const char* source : {"configMapRef", "secretRef"}) {
      const Json& ref = At(entry, {source});
      if (!ref.is_object()) continue;
      ConfigPlace place;
      place.secret = std::string_view(source) == "secretRef";
      place.object = Text(ref, {"name"});
      place.env = Text(entry, {"prefix"});
      place.is_env = true;
      out.places.push_back(place);
    }
  }
}

// Where the keys of one ConfigMap or Secret of a volume show below a mount.
void AddFiles(const Json& source, bool secret, const std::string& object, const std::string& mount,
              const std::string& sub_path, PodContainer& out) {
  ConfigPlace place;
  place.secret = secret;
  place.object = object;
  if (object.empty()) return;
  if (!At(source, {"items"}).is_array()) {
    place.key = sub_path;  // a key's file has the key's name
    place.file = mount;
    out.places.push_back(place);
    return;
  }
  for (const Json& item : List(source, {"items"})) {
    place.key = Text(item, {"key"});
    const std::string path = Text(item, {"path"});
    if (!sub_path.empty() && path != sub_path) continue;
    place.file = sub_path.empty() ? mount + "/" + path : mount;
    out.places.push_back(place);
  }
}

void ReadMounts(const Json& pod, const Json& container, PodContainer& out) {
  for (const Json& mount : List(container, {"volumeMounts"})) {
    const std::string name = Text(mount, {"name"}), where = Text(mount, {"mountPath"});
    const std::string sub_path = Text(mount, {"subPath"});
    out.mounts[name] = where;
    for (const Json& volume : List(pod, {"volumes"})) {
      if (Text(volume, {"name"}) != name) continue;
      const std::string claim = Text(volume, {"persistentVolumeClaim", "claimName"});
      if (!claim.empty()) out.mounts[claim] = where;
      AddFiles(At(volume, {"configMap"}), false, Text(volume, {"configMap", "name"}), where,
               sub_path, out);
      AddFiles(At(volume, {"secret"}), true, Text(volume, {"secret", "secretName"}), where,
               sub_path, out);
      for (const Json& source : List(volume, {"projected", "sources"})) {
        AddFiles(At(source, {"configMap"}), false, Text(source, {"configMap", "name"}), where,
                 sub_path, out);
        AddFiles(At(source, {"secret"}), true, Text(source, {"secret", "name"}), where, sub_path,
                 out);
      }
    }
  }
}

PodContainer ReadContainer(const Json& pod, const Json& container, const Manifest& manifest) {
  PodContainer out;
  out.kind = manifest.kind;
  out.name_space = manifest.name_space;
  out.workload = manifest.name;
  out.name = Text(container, {"name"});
  out.image = Text(container, {"image"});
  out.command = Texts(container, {"command"});
  out.args = Texts(container, {"args"});
  out.working_dir = Text(container, {"workingDir"});
  for (const Json& port : List(container, {"ports"})) {
    const Json& number = At(port, {"containerPort"});
    if (!number.is_number_integer()) continue;
    out.ports.push_back({number.get<i32>(), Text(port, {"protocol"}) == "UDP"});
  }
  for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    const std::vector<std::string> command = Texts(container, {probe, "exec", "command"});
    if (!command.empty()) out.probes.push_back(command);
  }
  ReadEnvPlaces(container, out);
  ReadMounts(pod, container, out);
  return out;
}

}  // namespace

std::vector<PodContainer> ReadPodContainers(const ManifestSet& set) {
  std::vector<PodContainer> out;
  for (const Manifest& manifest : set.manifests) {
    const Json& pod = PodSpecOf(manifest);
    for (const char* list : {"initContainers", "containers"}) {
      for (const Json& container : List(pod, {list})) {
        PodContainer read = ReadContainer(pod, container, manifest);
        // A sidecar is an init container that goes on.
        const bool sidecar = Text(container, {"restartPolicy"}) == "Always";
        read.init = std::string_view(list) == "initContainers" && !sidecar;
        if (!read.image.empty()) out.push_back(std::move(read));
      }
    }
  }
  return out;
}

bool IsUdpPort(const ManifestSet& set, const std::string& name_space, const std::string& service,
               i32 port) {
  const Manifest* manifest = set.Find("Service", name_space, service);
  if (manifest == nullptr) return false;
  bool udp = false;
  for (const Json& entry : List(manifest->object(), {"spec", "ports"})) {
    const Json& number = At(entry, {"port"});
    if (!number.is_number_integer() || number.get<i32>() != port) continue;
    if (Text(entry, {"protocol"}) != "UDP") return false;
    udp = true;
  }
  return udp;
}

}  // namespace wt

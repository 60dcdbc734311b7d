// SPDX-License-Identifier: Apache-2.0
#include "scenarios/app_objects.h"

#include <algorithm>
#include <array>

#include "scenarios/units.h"

namespace wt {
namespace {

using KeyValues = std::map<std::string, std::string>;

// Contents of ConfigMaps and Secrets by "namespace/name".
struct Stores {
  std::map<std::string, KeyValues> config_maps, secrets;
};

std::string DecodeBase64(const std::string& text) {
  std::string decoded;
  u32 bits = 0;
  int count = 0;
  for (char c : text) {
    u32 value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<u32>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<u32>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<u32>(c - '0') + 52;
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else {
      continue;
    }
    bits = bits << 6 | value;
    if (++count % 4 == 1) continue;
    const int shift = count % 4 == 2 ? 4 : count % 4 == 3 ? 2 : 0;
    decoded += static_cast<char>(bits >> shift & 0xFF);
  }
  return decoded;
}

Labels ReadLabels(const Field& field) {
  Labels labels;
  for (const std::string& key : field.Keys()) labels[key] = field[key].ScalarText();
  return labels;
}

Stores ReadStores(const ManifestSet& set) {
  Stores stores;
  std::vector<Error> ignored;
  for (const Manifest& manifest : set.manifests) {
    const Field root(manifest.document, ignored);
    const std::string id = manifest.name_space + "/" + manifest.name;
    if (manifest.kind == "ConfigMap") {
      KeyValues& values = stores.config_maps[id];
      for (const std::string& key : root["data"].Keys()) {
        values[key] = root["data"][key].ScalarText();
      }
      for (const std::string& key : root["binaryData"].Keys()) values[key];
    } else if (manifest.kind == "Secret") {
      KeyValues& values = stores.secrets[id];
      for (const std::string& key : root["data"].Keys()) {
        values[key] = DecodeBase64(root["data"][key].ScalarText());
      }
      for (const std::string& key : root["stringData"].Keys()) {
        values[key] = root["stringData"][key].ScalarText();
      }
    }
  }
  return stores;
}

const KeyValues& ValuesOf(const std::map<std::string, KeyValues>& stores, const std::string& space,
                          const std::string& name) {
  static const KeyValues kNone;
  const auto found = stores.find(space + "/" + name);
  return found == stores.end() ? kNone : found->second;
}

std::string ValueOf(const KeyValues& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

void AddOnce(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

void AddKey(Workload& workload, const std::string& config_map, const std::string& key) {
  const ConfigKey entry{config_map, key};
  auto& keys = workload.config_keys;
  if (std::find(keys.begin(), keys.end(), entry) == keys.end()) keys.push_back(entry);
}

// $(NAME) of variables defined before, as the kubelet expands them.
// What would grow beyond what a process can be given is left as written.
std::string Expand(const std::string& text, const std::vector<EnvValue>& env) {
  constexpr size_t kLongest = 128 << 10;  // Linux MAX_ARG_STRLEN
  std::string expanded;
  for (size_t at = 0; at < text.size();) {
    const size_t close = text.compare(at, 2, "$(") == 0 ? text.find(')', at) : std::string::npos;
    if (close == std::string::npos) {
      expanded += text[at++];
      continue;
    }
    const std::string name = text.substr(at + 2, close - at - 2);
    const auto found = std::find_if(env.rbegin(), env.rend(),
                                    [&name](const EnvValue& value) { return value.name == name; });
    expanded += found != env.rend() ? found->value : text.substr(at, close + 1 - at);
    at = close + 1;
    if (expanded.size() > kLongest) return text;
  }
  return expanded;
}

void ReadEnvFrom(const Field& container, const Stores& stores, Workload& workload) {
  for (const Field& source : container["envFrom"].Elements()) {
    const std::string prefix = source["prefix"].ScalarText();
    const std::string config_map = source["configMapRef"]["name"].ScalarText();
    const std::string secret = source["secretRef"]["name"].ScalarText();
    for (const auto& [key, value] : ValuesOf(stores.config_maps, workload.name_space, config_map)) {
      workload.env.push_back({prefix + key, value});
      AddKey(workload, config_map, key);
    }
    for (const auto& [key, value] : ValuesOf(stores.secrets, workload.name_space, secret)) {
      workload.env.push_back({prefix + key, value});
    }
    if (!secret.empty()) AddOnce(workload.secrets, secret);
  }
}

void ReadEnv(const Field& container, const Stores& stores, Workload& workload) {
  for (const Field& entry : container["env"].Elements()) {
    EnvValue value{entry["name"].ScalarText(), Expand(entry["value"].ScalarText(), workload.env)};
    const Field config = entry["valueFrom"]["configMapKeyRef"];
    const Field secret = entry["valueFrom"]["secretKeyRef"];
    const bool needed = !(config["optional"].IsBool() && config["optional"].Bool());
    if (config.present()) {
      const std::string name = config["name"].ScalarText(), key = config["key"].ScalarText();
      value.value = ValueOf(ValuesOf(stores.config_maps, workload.name_space, name), key);
      if (needed) AddKey(workload, name, key);
    }
    if (secret.present()) {
      const std::string name = secret["name"].ScalarText();
      value.value =
          ValueOf(ValuesOf(stores.secrets, workload.name_space, name), secret["key"].ScalarText());
      AddOnce(workload.secrets, name);
    }
    workload.env.push_back(std::move(value));
  }
}

void ReadProbes(const Field& container, Workload& workload) {
  for (const char* name : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    const Field probe = container[name];
    if (!probe.present()) continue;
    ProbeTarget target;
    Field port = probe["tcpSocket"]["port"];
    if (probe["httpGet"].present()) {
      target.path = probe["httpGet"]["path"].ScalarText();
      if (target.path.empty()) target.path = "/";
      port = probe["httpGet"]["port"];
    }
    if (probe["grpc"].present()) port = probe["grpc"]["port"];
    if (port.Integer()) target.port = static_cast<i32>(*port.Integer());
    for (const ContainerPort& named : workload.ports) {
      if (port.IsString() && named.name == port.ScalarText()) target.port = named.port;
    }
    workload.probes.push_back(std::move(target));
  }
}

void ReadContainer(const Field& container, const Stores& stores, Workload& workload) {
  for (const Field& port : container["ports"].Elements()) {
    const std::optional<i64> number = port["containerPort"].Integer();
    if (number) {
      workload.ports.push_back({port["name"].ScalarText(), static_cast<i32>(*number)});
    }
  }
  workload.images.push_back(container["image"].ScalarText());
  ReadEnvFrom(container, stores, workload);
  ReadEnv(container, stores, workload);
  for (const char* name : {"command", "args"}) {
    for (const Field& argument : container[name].Elements()) {
      workload.arguments.push_back(Expand(argument.ScalarText(), workload.env));
    }
  }
  ReadProbes(container, workload);
}

void ReadConfigVolume(const Field& config, const Stores& stores, Workload& workload) {
  const std::string name = config["name"].ScalarText();
  const KeyValues& values = ValuesOf(stores.config_maps, workload.name_space, name);
  const std::vector<Field> items = config["items"].Elements();
  for (const Field& item : items) {
    const std::string key = item["key"].ScalarText();
    AddKey(workload, name, key);
    workload.mounted_texts.push_back(ValueOf(values, key));
  }
  if (!items.empty()) return;
  for (const auto& [key, value] : values) {
    AddKey(workload, name, key);
    workload.mounted_texts.push_back(value);
  }
}

void ReadVolumes(const Field& spec, const Stores& stores, Workload& workload) {
  for (const Field& volume : spec["volumes"].Elements()) {
    if (volume["configMap"].present()) ReadConfigVolume(volume["configMap"], stores, workload);
    for (const Field& source : volume["projected"]["sources"].Elements()) {
      const bool cluster_made = source["configMap"]["name"].ScalarText() == "kube-root-ca.crt";
      if (source["configMap"].present() && !cluster_made) {
        ReadConfigVolume(source["configMap"], stores, workload);
      }
    }
    const std::string secret = volume["secret"]["secretName"].ScalarText();
    const std::string claim = volume["persistentVolumeClaim"]["claimName"].ScalarText();
    if (!secret.empty()) AddOnce(workload.secrets, secret);
    if (!claim.empty()) AddOnce(workload.claims, claim);
  }
}

Workload ReadWorkload(const Manifest& manifest, const Field& root, const Stores& stores) {
  Workload workload;
  workload.kind = manifest.kind;
  workload.name = manifest.name;
  workload.name_space = manifest.name_space;
  workload.place = root.PlaceText();
  const Field pod = manifest.kind == "Pod" ? root : root["spec"]["template"];
  workload.labels = ReadLabels(pod["metadata"]["labels"]);
  const Field spec = pod["spec"];
  for (const Field& container : spec["containers"].Elements()) {
    ReadContainer(container, stores, workload);
  }
  ReadVolumes(spec, stores, workload);
  const std::vector<Field> containers = spec["containers"].Elements();
  if (!containers.empty()) {
    const Field resources = containers[0]["resources"];
    const auto bytes = [&resources](const char* group) {
      return QuantityNumber(resources[group]["memory"].ScalarText()).value_or(0);
    };
    workload.memory_request = bytes("requests");
    workload.memory_limit = bytes("limits");
  }
  return workload;
}

KubeService ReadService(const Manifest& manifest, const Field& root) {
  KubeService service;
  service.name = manifest.name;
  service.name_space = manifest.name_space;
  service.place = root.PlaceText();
  const Field spec = root["spec"];
  service.type = spec["type"].ScalarText();
  service.selector = ReadLabels(spec["selector"]);
  for (const Field& port : spec["ports"].Elements()) {
    service.ports.push_back({port["name"].ScalarText(),
                             static_cast<i32>(port["port"].Integer().value_or(0)),
                             port["targetPort"].ScalarText()});
  }
  return service;
}

void ReadIngress(const Manifest& manifest, const Field& root, AppObjects& objects) {
  const auto add = [&](const Field& backend) {
    const std::string name = backend["service"]["name"].ScalarText();
    if (name.empty()) return;
    const Field port = backend["service"]["port"];
    const std::string number = port["number"].ScalarText();
    objects.ingress_backends.push_back(manifest.name_space + "/" + name);
    objects.ingress_ports.push_back(number.empty() ? port["name"].ScalarText() : number);
  };
  add(root["spec"]["defaultBackend"]);
  for (const Field& rule : root["spec"]["rules"].Elements()) {
    for (const Field& path : rule["http"]["paths"].Elements()) add(path["backend"]);
  }
}

}  // namespace

AppObjects ReadAppObjects(const ManifestSet& set) {
  AppObjects objects;
  const Stores stores = ReadStores(set);
  std::vector<Error> ignored;
  for (const Manifest& manifest : set.manifests) {
    const Field root(manifest.document, ignored);
    const std::string& kind = manifest.kind;
    if (kind == "Deployment" || kind == "Pod") {
      objects.workloads.push_back(ReadWorkload(manifest, root, stores));
    } else if (kind == "Service") {
      objects.services.push_back(ReadService(manifest, root));
    } else if (kind == "Ingress") {
      ReadIngress(manifest, root, objects);
    }
  }
  return objects;
}

bool Selects(const KubeService& service, const Workload& workload) {
  if (service.selector.empty() || service.name_space != workload.name_space) return false;
  for (const auto& [key, value] : service.selector) {
    const auto found = workload.labels.find(key);
    if (found == workload.labels.end() || found->second != value) return false;
  }
  return true;
}

i32 TargetPort(const KubeServicePort& port, const Workload& workload) {
  if (port.target.empty()) return port.port;
  if (const auto number = ParseNumber(port.target)) return static_cast<i32>(*number);
  for (const ContainerPort& named : workload.ports) {
    if (named.name == port.target) return named.port;
  }
  return 0;
}

}  // namespace wt

// SPDX-License-Identifier: Apache-2.0
#include "sim/telemetry/runtime_text.h"

#include <fmt/format.h>

#include "sim/telemetry/names.h"

namespace wt {
namespace {

struct Reference {  // of an image, as containerd writes it out in full
  std::string full;
  bool docker_hub = false;
};

bool IsHost(std::string_view first) {
  return first == "localhost" || first.find('.') != std::string_view::npos ||
         first.find(':') != std::string_view::npos;
}

// distribution/reference ParseNormalizedNamed.
Reference Normalise(std::string_view image) {
  const std::size_t slash = image.find('/');
  Reference out;
  if (slash != std::string_view::npos && IsHost(image.substr(0, slash))) {
    out.full = image;
  } else {
    out.docker_hub = true;
    const bool official = slash == std::string_view::npos;
    out.full = fmt::format("docker.io/{}{}", official ? "library/" : "", image);
  }
  const std::size_t last = out.full.rfind('/');
  if (out.full.find_first_of(":@", last) == std::string::npos) out.full += ":latest";
  return out;
}

std::string_view RepoOf(std::string_view image) {
  const std::size_t last = image.rfind('/');
  const std::size_t tag = image.find(':', last == std::string_view::npos ? 0 : last);
  return image.substr(0, tag);
}

bool KnowsRepo(const Sim& sim, std::string_view repo) {
  for (const Image& known : sim.blueprint.images) {
    if (sim.Text(known.repo) == repo) return true;
  }
  return false;
}

std::string_view KindOf(u32 problem) {
  return problem == kNoConfigMap || problem == kNoConfigMapKey ? "configmap" : "secret";
}

std::string ExecText(std::string_view command) {
  if (command.find('/') == std::string_view::npos) {
    return fmt::format("exec: \"{}\": executable file not found in $PATH", command);
  }
  return fmt::format("exec: \"{}\": stat {}: no such file or directory", command, command);
}

}  // namespace

std::string ImagePresentText(std::string_view image) {
  return fmt::format(
      "Container image \"{}\" already present on machine and can be accessed by the pod", image);
}

std::string PullErrorText(const Sim& sim, StrId image) {
  const std::string_view text = sim.Text(image);
  const Reference ref = Normalise(text);
  const bool denied = ref.docker_hub && !KnowsRepo(sim, RepoOf(text));
  const std::string head = fmt::format(
      "failed to pull and unpack image \"{0}\": failed to resolve reference \"{0}\": ", ref.full);
  if (denied) {
    return "rpc error: code = Unknown desc = " + head +
           "pull access denied, repository does not exist or may require authorization: server "
           "message: insufficient_scope: authorization failed";
  }
  return "rpc error: code = NotFound desc = " + head + ref.full + ": not found";
}

std::string InvalidImageText(std::string_view image) {
  std::string detail;
  const std::string_view repo = RepoOf(image);
  if (repo.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos) {
    const bool official = repo.find('/') == std::string_view::npos;
    detail = fmt::format(": repository name ({}{}) must be lowercase",
                         official ? "library/" : "", repo);
  }
  return fmt::format(
      "Failed to apply default image tag \"{0}\": couldn't parse image name \"{0}\": invalid "
      "reference format{1}",
      image, detail);
}

std::string NeverPullText(std::string_view image) {
  return fmt::format("Container image \"{}\" is not present with pull policy of Never", image);
}

std::string StartErrorText(std::string_view command) {
  return "failed to create containerd task: failed to create shim task: OCI runtime create "
         "failed: runc create failed: unable to start container process: error during container "
         "init: " +
         ExecText(command) + ": unknown";
}

std::string ConfigErrorText(const Sim& sim, StrId ns, StrId name, StrId key, u32 problem) {
  if (problem == kNoConfigMapKey || problem == kNoSecretKey) {
    return fmt::format("couldn't find key {} in {} {}/{}", sim.Text(key),
                       problem == kNoConfigMapKey ? "ConfigMap" : "Secret", sim.Text(ns),
                       sim.Text(name));
  }
  return fmt::format("{} \"{}\" not found", KindOf(problem), sim.Text(name));
}

std::string MountErrorText(std::string_view volume, const char* kind, std::string_view name,
                           std::string_view key) {
  const std::string head = fmt::format("MountVolume.SetUp failed for volume \"{}\" : ", volume);
  if (key.empty()) return fmt::format("{}{} \"{}\" not found", head, kind, name);
  const bool secret = std::string_view(kind) == "secret";
  return fmt::format("{}{} references non-existent {} key: {}", head, kind,
                     secret ? "secret" : "config", key);
}

std::string MountTimeoutText(std::string_view volume) {
  return fmt::format(
      "Unable to attach or mount volumes: unmounted volumes=[{}], unattached volumes=[], failed "
      "to process volumes=[]: context deadline exceeded",
      volume);
}

namespace {

std::string ProbeOutputText(const Sim& sim, const ProbeDetail& d) {
  if (d.status != 0) return fmt::format("HTTP probe failed with statuscode: {}", d.status);
  const std::string address = fmt::format("{}:{}", PodIpText(d.ip), d.port);
  const std::string refused = fmt::format("dial tcp {}: connect: connection refused", address);
  switch (static_cast<ProbeKind>(d.kind)) {
    case ProbeKind::kHttp:
      return fmt::format("Get \"http://{}{}\": {}", address, sim.Text(d.path), refused);
    case ProbeKind::kTcp: return refused;
    case ProbeKind::kGrpc:
      return fmt::format(
          "timeout: failed to connect service \"{}\" within 1s: context deadline exceeded",
          address);
    case ProbeKind::kExec:  // what the program printed: nothing
    case ProbeKind::kNone: break;
  }
  return "";
}

// The first of a canonical array of strings.
std::string_view FirstWord(std::string_view array) {
  const std::size_t begin = array.find('"');
  if (begin == std::string_view::npos) return "";
  return array.substr(begin + 1, array.find('"', begin + 1) - begin - 1);
}

}  // namespace

std::string UnhealthyText(const Sim& sim, std::string_view probe, const u32 args[3]) {
  const ProbeDetail d = Unpack(args);
  if (static_cast<ProbeKind>(d.kind) != ProbeKind::kExec || d.status != kProbeError) {
    return fmt::format("{} probe failed: {}", probe, ProbeOutputText(sim, d));
  }
  return fmt::format(
      "{} probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to "
      "exec in container: OCI runtime exec failed: exec failed: unable to start container "
      "process: {}: unknown",
      probe, ExecText(FirstWord(sim.Text(d.path))));
}

std::string KubeletPodText(const Sim& sim, u32 pod) {
  const Pod& row = sim.At<Pod>(pod);
  return fmt::format("{}_{}({})", PodName(sim, pod), sim.Text(row.ns),
                     UidText(sim.key(), row.born));
}

}  // namespace wt

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "scenarios/build_parts.h"
#include "sim/objects/content_hash.h"

namespace wt {
namespace {

// Sizes are not in manifests: 20 to 220 MiB by the repository's name.
i64 BytesOfImage(std::string_view repository) {
  return (20 + static_cast<i64>(ContentHash(repository) % 200)) << 20;
}

template <class T>
void AddOnce(std::vector<T>& list, T value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

// What the manifests ask the program of `container` for is what it answers.
void AddHealth(const Blueprint& blueprint, const PodTemplate& tmpl,
               const ContainerSpec& container, Image& image) {
  for (const ProbeSpec& probe : container.probes) {
    if (probe.kind == ProbeKind::kExec) AddOnce(image.health_commands, probe.path);
    if (probe.kind == ProbeKind::kGrpc) AddOnce(image.grpc_ports, probe.port);
  }
  const auto ports = Items(&tmpl, container.ports);
  const auto names = Items(&tmpl, container.port_names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (blueprint.strings.Text(names[i]).starts_with("grpc")) AddOnce(image.grpc_ports, ports[i]);
  }
}

}  // namespace

std::string_view RepositoryOf(std::string_view image) {
  const std::size_t slash = image.rfind('/');
  const std::size_t end = image.find_first_of(":@", slash == image.npos ? 0 : slash);
  return image.substr(0, end);
}

void CollectImages(Blueprint& blueprint) {
  struct Use {
    StrId image, command;
    const PodTemplate* tmpl;
    const ContainerSpec* container;
  };
  std::vector<Use> uses;
  for (std::size_t rev = 1; rev < blueprint.revisions.size(); ++rev) {
    if (blueprint.revisions[rev].kind != RevKind::kTemplate) continue;
    const auto& tmpl = blueprint.Typed<PodTemplate>(static_cast<RevId>(rev));
    for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
      uses.push_back({container.image, container.command, &tmpl, &container});
    }
  }
  std::vector<Image>& images = blueprint.images;
  const StrId shell = blueprint.strings.Add("sh");
  const StrId entry_point = 0;
  for (const Use& use : uses) {
    const auto same = [&](const Image& image) { return image.name == use.image; };
    if (std::any_of(images.begin(), images.end(), same)) continue;
    const std::string name = blueprint.strings.Text(use.image);
    Image image;
    image.name = use.image;
    image.repo = blueprint.strings.Add(RepositoryOf(name));
    image.bytes = BytesOfImage(RepositoryOf(name));
    image.executables = {entry_point, shell};
    images.push_back(std::move(image));
  }
  // What one tag of a repository can execute and answer, all can.
  for (const Use& use : uses) {
    const std::string name = blueprint.strings.Text(use.image);
    const StrId repository = blueprint.strings.Add(RepositoryOf(name));
    for (Image& image : images) {
      if (image.repo != repository) continue;
      AddOnce(image.executables, use.command);
      AddHealth(blueprint, *use.tmpl, *use.container, image);
    }
  }
}

}  // namespace wt

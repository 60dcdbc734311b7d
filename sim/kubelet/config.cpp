// SPDX-License-Identifier: Apache-2.0
#include "sim/kubelet/config.h"

#include "sim/objects/content_hash.h"
#include "sim/transitions.h"

namespace wt {

ConfigCheck CheckConfig(const Sim& sim, StrId ns, const ConfigRef& ref) {
  if (ref.optional != 0) return {};
  const bool secret = ref.kind == RefKind::kSecret;
  const u32 object = FindObject(sim, secret ? kSecretKind : kConfigMapKind, ns, ref.name);
  if (object == 0) return {true, secret ? kNoSecret : kNoConfigMap};
  if (ref.key == 0) return {};
  const auto& data = sim.Typed<ConfigData>(sim.At<Object>(object).doc);
  for (const ConfigData::Entry& entry : Items(&data, data.entries)) {
    if (entry.key == ref.key) return {};
  }
  return {true, secret ? kNoSecretKey : kNoConfigMapKey};
}

u32 InlineContent(const Sim& sim, const ConfigRef& ref, const ContainerSpec& spec,
                  const void* blob) {
  if (ref.key == 0) return 0;
  const u32 key = ContentId(sim.Text(ref.key));
  for (const InlineVariable& variable : Items(blob, spec.env)) {
    if (variable.name == key || variable.name == ref.volume) return variable.content;
  }
  return 0;
}

bool HasNeed(const Sim& sim, StrId ns, const ConfigRef& ref, const ContainerSpec& spec,
             const void* blob) {
  return !CheckConfig(sim, ns, ref).missing || InlineContent(sim, ref, spec, blob) != 0;
}

const ConfigRef* FirstMissing(const Sim& sim, StrId ns, const ContainerSpec& spec,
                              const void* blob, bool volumes) {
  for (const ConfigRef& ref : Items(blob, spec.refs)) {
    if ((ref.use == RefUse::kVolume) != volumes) continue;
    if (CheckConfig(sim, ns, ref).missing) return &ref;
  }
  return nullptr;
}

}  // namespace wt

// SPDX-License-Identifier: Apache-2.0
// What a pod of a manifest asks for that the model does not act on: kept and shown, without effect.
#pragma once

#include <string>
#include <vector>

#include "scenarios/manifests.h"

namespace wt {

struct NotModelledField {
  std::string field;  // "initContainers", "containers.lifecycle"
  std::string place;  // FILE:LINE:COL
};

// Fields of the pod, or pod template, of a manifest that would change when or where its pods
// start, whether they are Ready or how calls reach them, each once. Not named: what changes none
// of it in a cluster that grants it (securityContext, serviceAccountName, imagePullSecrets, ...).
// Empty for kinds that are not simulated at all.
std::vector<NotModelledField> FieldsNotModelled(const Manifest& manifest);

// The one warning about a set: kinds that are carried as documents, objects of kinds that are not
// known, which are left out, and fields without effect, with place and object. Empty when there is
// nothing to say.
std::string NotModelledWarning(const std::vector<Manifest>& manifests);

}  // namespace wt

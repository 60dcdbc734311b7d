// SPDX-License-Identifier: Apache-2.0
#include "tests/kubernetes_conformance/domains.h"

#include <array>

namespace wt::conformance {
namespace {

constexpr std::array kDomains{
    Domain{"defaulting", &CheckDefaulting},      Domain{"patch", &CheckPatch},
    Domain{"pod_resources", &CheckPodResources}, Domain{"quantity", &CheckQuantity},
    Domain{"selector", &CheckSelector},          Domain{"validation", &CheckValidation},
};

}  // namespace

std::span<const Domain> AllDomains() { return kDomains; }

const Domain* FindDomain(std::string_view name) {
  for (const Domain& domain : kDomains) {
    if (domain.name == name) return &domain;
  }
  return nullptr;
}

}  // namespace wt::conformance

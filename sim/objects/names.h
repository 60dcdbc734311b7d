// SPDX-License-Identifier: Apache-2.0
// The syntax checks of Kubernetes names, keys and values. Each answers the list of complaints in
// upstream's wording, empty when the text is fine. Source: apimachinery pkg/util/validation and
// pkg/api/validate/content, Kubernetes v1.35. All O(length).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"

namespace wt {

using Complaints = std::vector<std::string>;

Complaints QualifiedNameComplaints(std::string_view text);  // label and annotation keys
Complaints LabelValueComplaints(std::string_view text);
Complaints Dns1123LabelComplaints(std::string_view text);
Complaints Dns1123SubdomainComplaints(std::string_view text);
Complaints WildcardSubdomainComplaints(std::string_view text);  // "*.example.com"
Complaints Dns1035LabelComplaints(std::string_view text);
Complaints PortNameComplaints(std::string_view text);
Complaints ConfigMapKeyComplaints(std::string_view text);
Complaints EnvVarNameComplaints(std::string_view text);
Complaints PercentComplaints(std::string_view text);
Complaints PortNumberComplaints(i64 port);
Complaints HttpHeaderNameComplaints(std::string_view text);

// "must be no more than N characters".
std::string MaxLengthComplaint(int length);

}  // namespace wt

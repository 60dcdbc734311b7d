// SPDX-License-Identifier: Apache-2.0
// The Kubernetes API as wavetank-killer needs it: HTTPS from inside of a pod, with its account's
// token and CA; blocking, a connection a call.
#pragma once

#include <string>
#include <vector>

namespace wt::service {

// Where a pod finds the API and who it is (KUBERNETES_SERVICE_HOST and _PORT, the files token,
// ca.crt, namespace of its service account).
struct ApiPlace {
  std::string address;  // IPv4
  int port = 443;
  std::string account;  // folder
};

struct ApiAnswer {
  int status = 0;  // 0: none, see `error`
  std::string body, error;
};

// The token is read anew each time: the kubelet replaces it. Ten seconds at most to connect and as
// many for each part of an answer; answers of at most 16 MiB. The server's certificate must be for
// the address and of the CA.
ApiAnswer CallApi(const ApiPlace& place, const std::string& method, const std::string& path,
                  const std::string& body = "");

// killer_json.cpp
struct KillerOrders {
  std::string name_space, selector;  // of the victim's pods
  double interval_s = 0;             // mean
};
// From a ConfigMap with these three as its data. False: something is missing or not readable.
bool ReadKillerOrders(const std::string& config_map, KillerOrders& orders);

struct LivePod {
  std::string name;
  long grace_s = 30;
};
// Of a PodList, those that are not being deleted.
std::vector<LivePod> LivePods(const std::string& pod_list);

// "message" of a Status; the text itself when it is none.
std::string StatusMessage(const std::string& body);

// A one-shot PodChaos that kills this pod and no other.
std::string PodKillText(const std::string& name, const std::string& name_space,
                        const std::string& pod_name_space, const LivePod& pod);

}  // namespace wt::service

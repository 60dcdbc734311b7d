// SPDX-License-Identifier: Apache-2.0
// One defaulting function a kind; the table in defaulting_json.cpp names them all.
// REQUIRES for each: a JSON object of that kind.
#pragma once

#include "sim/objects/json_fwd.h"

namespace wt {

// default_workloads_json.cpp
void DefaultDeployment(Json& object);
void DefaultReplicaSet(Json& object);
void DefaultStatefulSet(Json& object);
void DefaultDaemonSet(Json& object);
void DefaultReplicationController(Json& object);
void DefaultJob(Json& object);
void DefaultCronJob(Json& object);
void DefaultPodTemplateObject(Json& object);
void DefaultHorizontalPodAutoscaler(Json& object);

// default_cluster_json.cpp
void DefaultService(Json& object);
void DefaultEndpoints(Json& object);
void DefaultEndpointSlice(Json& object);
void DefaultNode(Json& object);
void DefaultNamespace(Json& object);
void DefaultSecret(Json& object);
void DefaultLimitRange(Json& object);
void DefaultPersistentVolume(Json& object);
void DefaultStorageClass(Json& object);
void DefaultNetworkPolicy(Json& object);
void DefaultIngressClass(Json& object);
void DefaultPriorityClass(Json& object);
void DefaultRoleBinding(Json& object);
void DefaultWebhooks(Json& object);  // both webhook configurations

}  // namespace wt

# SPDX-License-Identifier: Apache-2.0
# Included by CMakeLists.txt.
add_library(wt_replay_meter STATIC
  killer_objects_json.cpp
  load_lines_json.cpp
  load_meter.cpp
  load_process.cpp
  pod_metrics.cpp
  service_meter.cpp)
target_link_libraries(wt_replay_meter PUBLIC wt_mirror wt_sim
                                      PRIVATE fmt::fmt nlohmann_json::nlohmann_json)

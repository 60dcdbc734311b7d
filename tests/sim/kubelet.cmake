# SPDX-License-Identifier: Apache-2.0
# Tests of the kubelet and of telemetry; still_traffic.cpp stands for the flow solver.
wavetank_test(kubelet_test
  SOURCES kubelet_backoff_test.cpp kubelet_life_test.cpp kubelet_probe_test.cpp kubelet_world.cpp
          still_traffic.cpp telemetry_test.cpp
  LIBRARIES wt_sim wt_objects)
target_compile_definitions(kubelet_test
  PRIVATE WAVETANK_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data")

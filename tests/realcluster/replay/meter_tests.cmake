# SPDX-License-Identifier: Apache-2.0
# Included by CMakeLists.txt.
wavetank_test(replay_meter_test SOURCES killer_objects_test_json.cpp load_meter_test.cpp
              load_process_test.cpp pod_metrics_test.cpp
              LIBRARIES wt_replay_meter wt_test_lite nlohmann_json::nlohmann_json)
target_compile_definitions(replay_meter_test PRIVATE
  WT_TEST_DIR="${CMAKE_CURRENT_SOURCE_DIR}"
  WT_PYTHON="${WAVETANK_PYTHON}")

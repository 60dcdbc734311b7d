# SPDX-License-Identifier: Apache-2.0
# Included by CMakeLists.txt.
wavetank_test(replay_meter_test SOURCES killer_objects_test_json.cpp load_meter_test.cpp
              load_process_test.cpp pod_metrics_test.cpp
              LIBRARIES wt_replay_meter wt_test_lite nlohmann_json::nlohmann_json)
target_compile_definitions(replay_meter_test PRIVATE
  WT_TEST_DIR="${CMAKE_CURRENT_SOURCE_DIR}"
  WT_LOAD="$<TARGET_FILE:wavetank-load>"
  WT_PYTHON="${WAVETANK_PYTHON}")
add_dependencies(replay_meter_test wavetank-load)

add_executable(print_killer_objects print_killer_objects.cpp)
target_link_libraries(print_killer_objects PRIVATE wt_replay_meter)
if(TARGET wavetank-real AND TARGET wavetank-killer AND NOT WAVETANK_SANITIZE)
  foreach(way Plain Chaos)
    add_test(NAME testbed.killer_${way} COMMAND ${WAVETANK_PYTHON}
      ${CMAKE_CURRENT_SOURCE_DIR}/killer_cluster_test.py $<TARGET_FILE:wavetank-real>
      $<TARGET_FILE:write_images> $<TARGET_FILE:wavetank-killer>
      $<TARGET_FILE:print_killer_objects> ${way})
    set_tests_properties(testbed.killer_${way} PROPERTIES
      RESOURCE_LOCK testbed SKIP_RETURN_CODE 77)
  endforeach()
endif()

# SPDX-License-Identifier: Apache-2.0
# Objects inside a World: documents taken apart, compiled, rendered, written.
target_sources(wt_sim PRIVATE
  objects/api_error.cpp
  objects/commit_json.cpp
  objects/create_json.cpp
  objects/compile_json.cpp
  objects/compile_parts_json.cpp
  objects/compile_template_json.cpp
  objects/content_hash.cpp
  objects/edits_json.cpp
  objects/fields.cpp
  objects/load_json.cpp
  objects/memo.cpp
  objects/plan_json.cpp
  objects/pod_totals_json.cpp
  objects/render_json.cpp
  objects/render_pod_json.cpp
  objects/render_status_json.cpp
  objects/sim_interner.cpp
  objects/split_json.cpp
  objects/timestamp.cpp
  objects/update_rules_json.cpp
  objects/write_json.cpp)
target_link_libraries(wt_sim PUBLIC wt_objects)

wavetank_compile_as_one(wt_sim render objects/render_json.cpp objects/render_pod_json.cpp
                        objects/render_status_json.cpp)
wavetank_compile_as_one(wt_sim compile objects/compile_json.cpp objects/compile_parts_json.cpp
                        objects/compile_template_json.cpp objects/pod_totals_json.cpp)
wavetank_compile_as_one(wt_sim write objects/plan_json.cpp objects/commit_json.cpp
                        objects/write_json.cpp objects/update_rules_json.cpp)
wavetank_compile_as_one(wt_sim load objects/load_json.cpp objects/split_json.cpp
                        objects/edits_json.cpp)
wavetank_compile_as_one(wt_sim api cluster/api_delete_json.cpp cluster/api_objects_json.cpp
                        cluster/api_status_json.cpp cluster/sim_kube_api_json.cpp
                        cluster/sim_kube_watch_json.cpp)

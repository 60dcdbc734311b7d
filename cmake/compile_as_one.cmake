# SPDX-License-Identifier: Apache-2.0
# wavetank_compile_as_one(TARGET NAME a.cpp b.cpp ...): one translation unit of several files that
# read the same heavy header (nlohmann/json.hpp costs two to five seconds a file). Their anonymous
# namespaces become one, so equal names there must mean the same.
function(wavetank_compile_as_one target name)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  set_source_files_properties(${ARGN} PROPERTIES UNITY_GROUP ${name})
endfunction()

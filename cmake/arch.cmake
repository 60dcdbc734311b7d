# SPDX-License-Identifier: Apache-2.0
# Chooses -march: x86-64-v3 where this CPU has AVX2, FMA and BMI2, else v2; nothing on other
# processors. The compiler is asked (it reads cpuid), so that /proc need not be mounted.
if(WAVETANK_ARCH STREQUAL "auto")
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -march=native -dM -E -x c++ /dev/null
                  OUTPUT_VARIABLE native_macros ERROR_QUIET)
  if(native_macros MATCHES "__AVX2__" AND native_macros MATCHES "__FMA__"
     AND native_macros MATCHES "__BMI2__")
    set(wavetank_march x86-64-v3)
  elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    set(wavetank_march x86-64-v2)
  endif()
elseif(WAVETANK_ARCH)
  set(wavetank_march ${WAVETANK_ARCH})
endif()
if(wavetank_march)
  add_compile_options(-march=${wavetank_march})
endif()

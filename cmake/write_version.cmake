# SPDX-License-Identifier: Apache-2.0
# Run at every build: writes OUTPUT from INPUT with the commit of SOURCE_DIR, "-dirty" after it when
# a tracked file differs; "unknown" without git. An unchanged answer leaves OUTPUT untouched.
set(WAVETANK_COMMIT unknown)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE_DIR}/.git)
  set(git ${GIT} -c safe.directory=* -C ${SOURCE_DIR})
  execute_process(COMMAND ${git} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit
                  RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed)
    execute_process(COMMAND ${git} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes
                    ERROR_QUIET)
    set(WAVETANK_COMMIT ${commit})
    if(changes)
      string(APPEND WAVETANK_COMMIT -dirty)
    endif()
  endif()
endif()
configure_file(${INPUT} ${OUTPUT} @ONLY)

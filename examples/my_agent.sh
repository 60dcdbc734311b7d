#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The smallest agent: waits while nobody complains, at most 5 minutes, then says what it believes.
#   ./wavetank bench --suite lite --seeds 1-3 --agent exec:'sh examples/my_agent.sh'
while read -r question; do
  case $question in
    *'"complaint":""'*)
      case $question in
        *'"step":5,'*) echo '{"submit": {"detected": false}}' ;;
        *) echo '{"action": {"verb": "wait", "option": 1}}' ;;
      esac ;;
    *) echo '{"submit": {"detected": true}}' ;;
  esac
done

# SPDX-License-Identifier: Apache-2.0
"""Who may include what: the one table of the layering. Folders it does not name may not have
C++ files. A folder always includes itself; `fmt` is for all."""

ALL = ["*"]

# folder (the longest match counts): (folders whose headers it includes, third-party libraries)
FOLDERS = {
    "sim/api": ([], []),  # beside nlohmann/json_fwd.hpp
    "sim": (["sim/api"], ["boost_graph", "boost_container", "random123", "json", "xxhash"]),
    "faults": (["sim"], ["json"]),
    "scenarios": (["sim", "faults"], ["json", "yaml"]),
    # An agent cannot read the answer.
    "agents": (["sim/api"], ["json", "http"]),
    "episodes/trace": (["sim", "episodes", "scenarios", "agents"], ["json", "zlib"]),
    "episodes": (["sim", "faults", "scenarios", "agents"], ["json", "tbb"]),
    "learners": (["episodes", "agents", "bench", "scenarios", "sim/api"], ["json", "torch"]),
    "serving": (["learners", "bench", "episodes", "agents", "sim/api"], ["json", "sqlite"]),
    "bench/perf": (ALL, ["json", "benchmark"]),
    "bench": (["episodes", "scenarios", "agents", "sim/api"], ["json", "sqlite"]),
    "gateway": (["sim/api", "episodes", "scenarios"], ["json", "http"]),
    # The program that plays a service: in images, static, it knows nothing of the rest.
    "realcluster/service": ([], ["json", "http"]),
    # The Kubernetes client: no simulator in it.
    "realcluster/kube": (["sim/api"], ["json", "http", "yaml"]),
    # Its C++ runs beside the cluster and knows nothing of the rest.
    "realcluster/testbed": ([], ["netfilter"]),
    "realcluster": (["sim", "faults", "scenarios", "agents", "episodes", "bench"],
                    ["json", "http", "yaml", "zlib"]),
    "cli": (ALL, ALL),
    "python": (ALL, ALL),
    "tests": (ALL, ALL),
}

# library: how its headers begin. What has a slash and stands nowhere here is not known.
LIBRARIES = {
    "fmt": ["fmt/"],
    "json": ["nlohmann/"],
    "yaml": ["yaml-cpp/"],
    "boost_graph": ["boost/graph/"],
    "boost_container": ["boost/container/"],
    "boost_math": ["boost/math/"],
    "http": ["boost/beast/", "boost/asio", "openssl/", "curl/"],
    "random123": ["Random123/"],
    "xxhash": ["xxhash.h"],
    "tbb": ["tbb/", "oneapi/tbb"],
    "torch": ["torch/", "ATen/", "c10/"],
    "sqlite": ["sqlite3.h"],
    "benchmark": ["benchmark/"],
    "cli11": ["CLI/"],
    "spdlog": ["spdlog/"],
    "zlib": ["zlib.h"],
    "zstd": ["zstd.h"],
    "netfilter": ["libnetfilter_queue/"],
    "gtest": ["gtest/", "gmock/", "rapidcheck"],
    "python": ["Python.h", "nanobind/"],
}

# Headers of the system with a slash in their name.
SYSTEM = ["sys/", "arpa/", "net/", "netinet/", "linux/", "bits/"]

# Headers so heavy that one file of a program includes them, tests left out.
ONE_FILE_ONLY = ["CLI/", "boost/graph/", "boost/beast/", "spdlog/"]

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "scenarios/behaviour.h"

namespace wt {
namespace {

bool IsHostChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool HasAny(const std::string& lower, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&lower](std::string_view word) {
    return lower.find(word) != std::string::npos;
  });
}

// Does a variable of this name hold an address, so that a bare word in it is a host?
bool NamesAnAddress(std::string_view variable) {
  return HasAny(Lower(variable), {"host", "addr", "url", "uri", "endpoint"});
}

bool FlagNamesAnAddress(std::string_view flag) {
  return NamesAnAddress(flag) ||
         HasAny(Lower(flag), {"server", "service", "backend", "upstream", "target", "broker"});
}

// A bare word in a variable is taken for a host unless the variable says that it is something else.
bool VariableMayHoldAHost(std::string_view variable) {
  if (NamesAnAddress(variable)) return true;
  const std::string lower = Lower(variable);
  for (std::string_view ending :
       {"name",   "user",  "username", "password", "pass",    "database", "token",  "key",
        "secret", "type",  "driver",   "mode",     "role",    "level",    "schema", "prefix",
        "topic",  "queue", "group",    "realm",    "profile", "env",      "tag",    "version",
        "image",  "_db",   "id",       "region",   "zone",    "label"}) {
    if (lower.ends_with(ending)) return false;
  }
  return true;
}

struct SchemePort {
  std::string_view scheme;
  i32 port;
};
constexpr SchemePort kSchemePorts[] = {{"http", 80},       {"ws", 80},           {"https", 443},
                                       {"wss", 443},       {"mongodb", 27017},   {"redis", 6379},
                                       {"postgres", 5432}, {"postgresql", 5432}, {"mysql", 3306},
                                       {"amqp", 5672},     {"nats", 4222}};

i32 PortOfScheme(std::string_view text, size_t colon) {
  size_t start = colon;
  while (start > 0 && IsHostChar(text[start - 1])) --start;
  const std::string_view scheme = text.substr(start, colon - start);
  for (const SchemePort& row : kSchemePorts) {
    if (row.scheme == scheme) return row.port;
  }
  return 0;
}

// A word of a value that could be a host, and how sure its surroundings make it.
struct HostToken {
  std::string_view host;
  i32 port = 0;
  bool sure = false;  // has a scheme, a port, user information or an address-like key before it
};

std::string_view WordBefore(std::string_view text, size_t end) {
  size_t start = end;
  while (start > 0 && IsHostChar(text[start - 1])) --start;
  return text.substr(start, end - start);
}

// ":8080" at `at`, not followed by more of a word.
i32 PortAt(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != ':') return 0;
  i32 port = 0;
  size_t end = at + 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9' && port < 100'000) {
    port = port * 10 + (text[end++] - '0');
  }
  if (end == at + 1 || port > 65'535 || (end < text.size() && IsHostChar(text[end]))) return 0;
  return port;
}

std::vector<HostToken> Tokens(std::string_view text) {
  std::vector<HostToken> tokens;
  for (size_t at = 0; at < text.size();) {
    if (!IsHostChar(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && IsHostChar(text[end])) ++end;
    const bool after_scheme = at >= 3 && text.substr(at - 3, 3) == "://";
    if (after_scheme) {  // user:password@ in front of the host
      const size_t stop = std::min(text.find_first_of("/?# \t\n\"'", at), text.size());
      const size_t user = text.substr(0, stop).rfind('@');
      if (user != std::string_view::npos && user >= at) {
        at = user + 1;
        end = at;
        while (end < text.size() && IsHostChar(text[end])) ++end;
      }
    }
    HostToken token{text.substr(at, end - at), PortAt(text, end), after_scheme};
    if (token.port != 0 || (at > 0 && text[at - 1] == '@')) token.sure = true;
    if (at > 0 && text[at - 1] == '=' && NamesAnAddress(WordBefore(text, at - 1))) {
      token.sure = true;
    }
    if (after_scheme && token.port == 0) {
      token.port = PortOfScheme(text, text.substr(0, at).rfind("://"));
    }
    tokens.push_back(token);
    at = std::max(end, at + 1);
  }
  return tokens;
}

class Finder {
 public:
  Finder(const Workload& workload, const AppObjects& objects)
      : workload_(workload), objects_(objects) {}

  // `bare_ok`: a value that is nothing but names counts too.
  void Search(std::string_view text, bool bare_ok) {
    if (text.size() > 1u << 20) return;
    const bool only_names = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-., ") ==
                            std::string_view::npos;
    for (const HostToken& token : Tokens(text)) {
      bool dotted = false;
      const size_t service = Lookup(token.host, dotted);
      if (service == kNone) continue;
      if (!token.sure && !dotted && !(bare_ok && only_names)) continue;
      Add(service, token.port);
    }
    SearchServiceVariables(text);
  }

  std::vector<InferredCall> Take() { return std::move(calls_); }

 private:
  static constexpr size_t kNone = ~size_t{0};

  size_t Find(std::string_view name, std::string_view name_space) const {
    for (size_t i = 0; i < objects_.services.size(); ++i) {
      const KubeService& service = objects_.services[i];
      if (service.name == name && service.name_space == name_space) return i;
    }
    return kNone;
  }

  // name | name.namespace | name.namespace.svc | name.namespace.svc.cluster.local
  size_t Lookup(std::string_view host, bool& dotted) const {
    while (host.ends_with('.')) host.remove_suffix(1);
    const size_t dot = host.find('.');
    if (dot == std::string_view::npos) return Find(host, workload_.name_space);
    dotted = true;
    std::string_view rest = host.substr(dot + 1);
    for (std::string_view suffix : {".svc.cluster.local", ".svc"}) {
      if (rest.ends_with(suffix)) rest.remove_suffix(suffix.size());
    }
    return Find(host.substr(0, dot), rest);
  }

  void Add(size_t service, i32 port) {
    if (Selects(objects_.services[service], workload_)) return;
    for (InferredCall& call : calls_) {
      if (call.service != service) continue;
      if (call.port == 0) call.port = port;
      return;
    }
    calls_.push_back({service, port});
  }

  // $(BACKEND_SERVICE_HOST), which Kubernetes defines for the Service "backend".
  void SearchServiceVariables(std::string_view text) {
    if (text.find("_SERVICE_HOST") == std::string_view::npos) return;
    for (size_t i = 0; i < objects_.services.size(); ++i) {
      if (objects_.services[i].name_space != workload_.name_space) continue;
      std::string variable = objects_.services[i].name + "_SERVICE_HOST";
      for (char& c : variable) {
        c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      }
      const size_t at = text.find(variable);
      if (at != std::string_view::npos && at > 0 && !IsHostChar(text[at - 1])) Add(i, 0);
    }
  }

  const Workload& workload_;
  const AppObjects& objects_;
  std::vector<InferredCall> calls_;
};

}  // namespace

std::vector<InferredCall> InferCalls(const Workload& workload, const AppObjects& objects) {
  Finder finder(workload, objects);
  for (const EnvValue& value : workload.env) {
    finder.Search(value.value, VariableMayHoldAHost(value.name));
  }
  std::string flag;
  for (const std::string& argument : workload.arguments) {
    const size_t equals = argument.find('=');
    if (argument.starts_with('-') && equals != std::string::npos) {
      finder.Search(std::string_view(argument).substr(equals + 1),
                    FlagNamesAnAddress(std::string_view(argument).substr(0, equals)));
      flag.clear();
    } else {
      finder.Search(argument, !flag.empty() && FlagNamesAnAddress(flag));
      flag = argument.starts_with('-') ? argument : "";
    }
  }
  for (const std::string& text : workload.mounted_texts) finder.Search(text, false);
  return finder.Take();
}

}  // namespace wt

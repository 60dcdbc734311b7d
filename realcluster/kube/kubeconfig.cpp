// SPDX-License-Identifier: Apache-2.0
// Rules of merging and of what may stand together: client-go tools/clientcmd loader.go,
// validation.go.
#include "realcluster/kube/kubeconfig.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "realcluster/kube/kubeconfig_values.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::size_t kFileBytesMax = 16 << 20;

struct ConfigFile {
  std::string path, folder;
  YAML::Node root;
};

// A named cluster, user or context: its settings and the file they stand in.
struct Entry {
  const ConfigFile* file = nullptr;
  YAML::Node node;

  std::string Where(const YAML::Node& at) const {
    return fmt::format("{}:{}", file->path, at.Mark().line + 1);
  }
  Error Wrong(const YAML::Node& at, std::string what) const {
    return Error{ErrorCode::kEnvironment, Where(at), std::move(what)};
  }
  bool Has(const char* key) const { return node[key] && !node[key].IsNull(); }
};

bool IsTrue(const YAML::Node& node) {
  bool value = false;
  return node && node.IsScalar() && YAML::convert<bool>::decode(node, value) && value;
}

// Reads scalars of one entry; the first that is none is kept as the error.
class Reader {
 public:
  explicit Reader(const Entry& entry) : entry_(entry) {}

  std::string Text(const YAML::Node& map, const char* key) {
    const YAML::Node value = map[key];
    if (!value || value.IsNull()) return "";
    if (value.IsScalar()) return value.Scalar();
    if (!error_) error_ = entry_.Wrong(value, fmt::format("{}: expected a text", key));
    return "";
  }
  std::string Text(const char* key) { return Text(entry_.node, key); }
  std::string Pem(const char* field) {
    const std::string data_key = std::string(field) + "-data";
    const std::string data = Text(data_key.c_str()), file = Text(field);
    const YAML::Node at = entry_.node[data.empty() ? field : data_key.c_str()];
    const Result<std::string> pem =
        ReadPem(data, file, entry_.file->folder, field, entry_.Where(at ? at : entry_.node));
    if (!pem && !error_) error_ = pem.error();
    return pem ? *pem : "";
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const Entry& entry_;
  std::optional<Error> error_;
};

Result<ConfigFile> LoadFile(const std::string& path) {
  const Result<std::string> text = ReadFile(path, kFileBytesMax);
  if (!text) return Error{ErrorCode::kEnvironment, path, text.error().what};
  ConfigFile file;
  file.path = path;
  file.folder = std::filesystem::absolute(path).parent_path().string();
  try {
    file.root = YAML::Load(*text);
  } catch (const YAML::Exception& broken) {
    return Error{ErrorCode::kEnvironment, fmt::format("{}:{}", path, broken.mark.line + 1),
                 "no YAML: " + broken.msg};
  }
  if (!file.root.IsMap() && !file.root.IsNull()) {
    return Error{ErrorCode::kEnvironment, path + ":1", "expected a mapping (kind: Config)"};
  }
  const YAML::Node kind = file.root.IsMap() ? file.root["kind"] : YAML::Node();
  if (kind && kind.IsScalar() && kind.Scalar() != "Config") {
    return Error{ErrorCode::kEnvironment, fmt::format("{}:{}", path, kind.Mark().line + 1),
                 fmt::format("kind is {}; expected Config", kind.Scalar())};
  }
  return file;
}

std::vector<std::string> SplitPaths(const std::string& paths) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= paths.size();) {
    const std::size_t colon = std::min(paths.find(':', begin), paths.size());
    if (colon > begin) parts.push_back(paths.substr(begin, colon - begin));
    begin = colon + 1;
  }
  return parts;
}

// The first file that names it wins. `lists` is "clusters", `what` "cluster". `where`: who asks.
Result<Entry> FindEntry(const std::vector<ConfigFile>& files, const char* list, const char* what,
                        const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (const ConfigFile& file : files) {
    if (!file.root.IsMap()) continue;
    const YAML::Node items = file.root[list];
    if (!items || !items.IsSequence()) continue;
    for (const YAML::Node& item : items) {
      if (!item.IsMap() || !item["name"] || !item["name"].IsScalar()) continue;
      names.push_back(item["name"].Scalar());
      if (names.back() != name) continue;
      Entry entry{&file, item[what]};
      if (!entry.node || entry.node.IsNull()) entry.node = YAML::Load("{}");
      if (entry.node.IsMap()) return entry;
      return entry.Wrong(entry.node, fmt::format("{}: expected a mapping", what));
    }
  }
  return Error{ErrorCode::kEnvironment, where,
               fmt::format("{} '{}' not found{}", what, name, NamesHint(name, names))};
}

std::optional<Error> ReadCluster(const Entry& cluster, KubeTarget& target) {
  Reader reader(cluster);
  target.server = reader.Text("server");
  while (target.server.ends_with('/')) target.server.pop_back();
  target.tls_server_name = reader.Text("tls-server-name");
  target.proxy_url = reader.Text("proxy-url");
  target.insecure = IsTrue(cluster.node["insecure-skip-tls-verify"]);
  target.ca_pem = reader.Pem("certificate-authority");
  if (reader.error()) return reader.error();
  if (!target.server.starts_with("https://") && !target.server.starts_with("http://")) {
    return cluster.Wrong(cluster.Has("server") ? cluster.node["server"] : cluster.node,
                         "server: expected https://HOST:PORT");
  }
  if (target.insecure && !target.ca_pem.empty()) {
    return cluster.Wrong(cluster.node["insecure-skip-tls-verify"],
                         "insecure-skip-tls-verify beside a certificate-authority: only one can be "
                         "meant");
  }
  return std::nullopt;
}

std::optional<Error> ReadExec(const Entry& user, KubeTarget& target) {
  const YAML::Node exec = user.node["exec"];
  if (!exec.IsMap()) return user.Wrong(exec, "exec: expected a mapping");
  Reader reader(user);
  std::string command = reader.Text(exec, "command");
  if (command.empty()) return user.Wrong(exec, "exec.command is missing");
  if (command.find('/') != command.npos) command = FromFolder(user.file->folder, command);
  target.exec_command = {command};
  for (const char* key : {"args", "env"}) {
    const YAML::Node list = exec[key];
    if (list && !list.IsNull() && !list.IsSequence()) {
      return user.Wrong(list, fmt::format("exec.{}: expected a list", key));
    }
  }
  for (const YAML::Node& argument : exec["args"]) {
    if (!argument.IsScalar()) return user.Wrong(argument, "exec.args: expected texts");
    target.exec_command.push_back(argument.Scalar());
  }
  for (const YAML::Node& variable : exec["env"]) {
    if (!variable.IsMap() || reader.Text(variable, "name").empty()) {
      return user.Wrong(variable, "exec.env: expected name and value");
    }
    target.exec_env.push_back(reader.Text(variable, "name") + "=" + reader.Text(variable, "value"));
  }
  target.exec_api_version = reader.Text(exec, "apiVersion");
  target.exec_cluster_info = IsTrue(exec["provideClusterInfo"]);
  target.exec_install_hint = reader.Text(exec, "installHint");
  const std::string mode = reader.Text(exec, "interactiveMode");
  if (reader.error()) return reader.error();
  const std::string group = "client.authentication.k8s.io/";
  if (target.exec_api_version != group + "v1" && target.exec_api_version != group + "v1beta1") {
    return user.Wrong(exec, fmt::format("exec.apiVersion is '{}'; expected {}v1 or {}v1beta1",
                                        target.exec_api_version, group, group));
  }
  if (mode != "Never" && mode != "IfAvailable" && mode != "Always" &&
      !(mode.empty() && target.exec_api_version == group + "v1beta1")) {
    return user.Wrong(exec, fmt::format("exec.interactiveMode is '{}'; expected Never, "
                                        "IfAvailable or Always",
                                        mode));
  }
  target.exec_asks = mode == "Always";
  return std::nullopt;
}

std::optional<Error> ReadUser(const Entry& user, KubeTarget& target) {
  Reader reader(user);
  target.client_cert_pem = reader.Pem("client-certificate");
  target.client_key_pem = reader.Pem("client-key");
  target.token = reader.Text("token");
  target.token_file = reader.Text("tokenFile");
  target.username = reader.Text("username");
  target.password = reader.Text("password");
  if (reader.error()) return reader.error();
  if (!target.token_file.empty()) {
    target.token_file = FromFolder(user.file->folder, target.token_file);
  }
  if (target.client_cert_pem.empty() != target.client_key_pem.empty()) {
    return user.Wrong(user.node, "client-certificate and client-key: one without the other");
  }
  if (!target.username.empty() && (!target.token.empty() || !target.token_file.empty())) {
    return user.Wrong(user.node, "both a token and a username: only one can be meant");
  }
  for (const char* key : {"as", "as-uid", "as-groups", "as-user-extra"}) {
    if (user.Has(key)) {
      return user.Wrong(user.node[key],
                        fmt::format("{}: acting as another user is not supported", key));
    }
  }
  if (user.Has("auth-provider")) {
    return user.Wrong(user.node["auth-provider"],
                      "auth-provider: left Kubernetes clients in 1.26; use exec");
  }
  return user.Has("exec") ? ReadExec(user, target) : std::nullopt;
}

// Its name and who asks for it.
Result<std::string> CurrentContext(const std::vector<ConfigFile>& files, std::string& where) {
  for (const ConfigFile& file : files) {
    if (!file.root.IsMap()) continue;
    const YAML::Node current = file.root["current-context"];
    if (!current || !current.IsScalar() || current.Scalar().empty()) continue;
    where = fmt::format("{}:{}", file.path, current.Mark().line + 1);
    return current.Scalar();
  }
  return Error{ErrorCode::kEnvironment, files[0].path,
               "no current-context in it, and none was asked for"};
}

Result<KubeTarget> Resolve(const std::vector<ConfigFile>& files, const std::string& asked) {
  KubeTarget target;
  std::string where = files[0].path;
  const Result<std::string> name =
      asked.empty() ? CurrentContext(files, where) : Result<std::string>(asked);
  if (!name) return name.error();
  target.context = *name;
  const Result<Entry> context = FindEntry(files, "contexts", "context", *name, where);
  if (!context) {
    Error error = context.error();
    if (!asked.empty()) error.code = ErrorCode::kUsage;  // a word of the command line
    return error;
  }
  Reader reader(*context);
  target.name_space = reader.Text("namespace");
  const std::string cluster_name = reader.Text("cluster"), user_name = reader.Text("user");
  if (reader.error()) return *reader.error();
  const std::string place = context->Where(context->node);
  const Result<Entry> cluster = FindEntry(files, "clusters", "cluster", cluster_name, place);
  if (!cluster) return cluster.error();
  if (auto error = ReadCluster(*cluster, target)) return *error;
  if (user_name.empty()) return target;
  const Result<Entry> user = FindEntry(files, "users", "user", user_name, place);
  if (!user) return user.error();
  if (auto error = ReadUser(*user, target)) return *error;
  return target;
}

}  // namespace

Result<KubeTarget> ReadKubeconfig(const std::string& paths, const std::string& context) {
  std::string list = paths;
  const bool asked = !paths.empty();
  if (!asked) {
    const char* variable = std::getenv("KUBECONFIG");
    const char* home = std::getenv("HOME");
    if (variable != nullptr && *variable != '\0') {
      list = variable;
    } else if (home != nullptr) {
      list = std::string(home) + "/.kube/config";
    }
  }
  std::vector<ConfigFile> files;
  for (const std::string& path : SplitPaths(list)) {
    std::error_code ignored;
    if (!asked && !std::filesystem::exists(path, ignored)) continue;
    Result<ConfigFile> file = LoadFile(path);
    if (!file) return file.error();
    files.push_back(std::move(*file));
  }
  if (files.empty()) return ReadServiceAccount();
  try {
    return Resolve(files, context);
  } catch (const YAML::Exception& broken) {
    return Error{ErrorCode::kEnvironment, fmt::format("{}:{}", files[0].path, broken.mark.line + 1),
                 broken.msg};
  }
}

}  // namespace wt

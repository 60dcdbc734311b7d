// SPDX-License-Identifier: Apache-2.0
// Operations of services whose port is UDP: the question is one datagram "GET PATH SERVICE\n", the
// answer one datagram "STATUS\n". A datagram of another form is dropped.
#pragma once

#include "realcluster/service/http.h"

namespace wt::service {

class UdpServer {
 public:
  UdpServer(asio::io_context& loop, std::size_t at_once_max, HttpHandler handler);
  ~UdpServer();
  std::string Listen(int port);
  void Close();

 private:
  struct Part;
  std::shared_ptr<Part> part_;
};

}  // namespace wt::service

// A client object in the gateway and the connection to it. The object outlives the connection, and ends only when it
// is closed: so it is taken up again, and never left behind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "machines/opcda/link.hpp"

namespace m2c2::machines {

class OpcdaSession {
 public:
  OpcdaSession(net::Loop&, net::Transport&, OpcdaPeer);

  /// Connects, goes on with the object of before where the gateway still has it, and otherwise makes one that is
  /// connected to the OPC DA server.
  net::Task<Result<>> open();
  /// A method of the object: Returned or Raised. The views last until the next call.
  net::Task<Result<pyro::Answer>> call(std::string_view method, std::string_view arguments,
                                       std::string_view keywords = "{}");
  /// A fresh object in place of this one, which stays when that cannot be had. An error: the connection is lost.
  net::Task<Result<>> renew();
  /// The names of the OPC DA servers that the gateway knows; all in an object of its own, which leave() closes.
  net::Task<Result<std::vector<std::string>>> servers();
  /// The longest that servers() may take.
  static Duration patience();
  /// The next open() makes a new object.
  void distrust();
  /// Ends at once whatever is under way, save the making of an object: leave() can only close it once its name is
  /// known. So its answer has a few tenths of a second to come, unless close() is called again.
  void close();
  /// Closes the objects in the gateway, over a connection that is made for it where there is none.
  net::Task<> leave();

  const OpcdaPeer& peer() const { return link_.peer(); }

 private:
  net::Task<Result<>> resume();
  net::Task<Result<std::string>> create();
  net::Task<Result<std::string>> make();
  net::Task<Result<std::vector<std::string>>> servers_by(std::string_view object);
  net::Task<std::string> servers_there_are(std::string_view object);
  net::Task<Result<>> close_old(SteadyTime deadline);

  net::Loop& loop_;
  OpcdaLink link_;
  std::string object_;            ///< empty: none
  std::vector<std::string> old_;  ///< objects that are still to be closed
  bool creating_ = false;         ///< the gateway makes an object, whose name is to come
  bool closing_ = false;          ///< since the last open()
};

}  // namespace m2c2::machines

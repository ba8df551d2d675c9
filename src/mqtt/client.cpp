// libmosquitto driven by a loop of ours: one handle a connection, so that nothing lingers in it from the last one.
// SPDX-License-Identifier: Apache-2.0
#include "mqtt/client.hpp"

#include <fmt/format.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <span>
#include <thread>

#include "base/back_off.hpp"
#include "base/error_family.hpp"
#include "log/log.hpp"
#include "mqtt/handle.hpp"
#include "net/watch.hpp"

namespace m2c2::mqtt {

using namespace std::chrono_literals;

namespace {

constexpr Duration kPatience = 10s;     // for the broker's host to accept, and for its CONNACK
constexpr Duration kSteady = 30s;       // a connection that stood for less is retried ever more slowly
constexpr Duration kHousekeeping = 1s;  // libmosquitto's keep-alive
constexpr Duration kGoodbye = 300ms;    // for acknowledgements still under way at stop()
constexpr Duration kBacklog = 2s;       // after a connect, what a kept session holds may come once more

/// A batch handed to publish(), until each of its messages has its fate.
struct Batch {
  Published fates;
  std::size_t open = 0;
  net::Loop* home = nullptr;
  std::function<void(Published)> done;

  void settle(std::size_t index, std::error_code fate) {
    fates[index] = fate;
    if (--open == 0) report();
  }
  void report() {
    home->post([done = std::move(done), fates = std::move(fates)]() mutable { done(std::move(fates)); });
  }
};

struct Subscription {
  std::string filter;
  net::Loop* home;
  std::function<void(Received)> on_message;
};

struct ConnectionListener {
  net::Loop* home;
  std::function<void(bool)> changed;
};

MqttError fate_of_refusal(int rc) {
  switch (rc) {
    case MOSQ_ERR_PAYLOAD_SIZE:
    case MOSQ_ERR_OVERSIZE_PACKET:
      return MqttError::too_large;
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_MALFORMED_UTF8:
      return MqttError::refused;
    default:
      return MqttError::not_connected;
  }
}

/// What a filter matches: a shared one stands behind `$share/<group>/`.
const char* topics_of(const std::string& filter) {
  constexpr std::string_view kShare = "$share/";
  if (!filter.starts_with(kShare)) return filter.c_str();
  const std::size_t slash = filter.find('/', kShare.size());
  return filter.c_str() + (slash == filter.npos ? 0 : slash + 1);
}

}  // namespace

const char* error_family_name(MqttError) { return "mqtt"; }

std::string error_text(MqttError e) {
  switch (e) {
    case MqttError::not_connected:
      return "broker not connected";
    case MqttError::lost:
      return "connection to the broker lost before the acknowledgement";
    case MqttError::too_large:
      return "message too large for the broker";
    case MqttError::refused:
      break;
  }
  return "not a message that a broker takes: check its topic";
}

std::error_code make_error_code(MqttError e) { return make_family_code(e); }

/// All but construction and the callers' side of publish() happens on the thread of loop_.
class Client::Session {
 public:
  explicit Session(Options options) : options_{std::move(options)} {}
  ~Session() {
    if (thread_.joinable()) stop(true);
  }

  void publish(std::vector<Message> batch, net::Loop& home, std::function<void(Published)> done) {
    loop_.post([this, messages = std::move(batch), &home, done = std::move(done)]() mutable {
      send(messages,
           std::make_shared<Batch>(Batch{Published(messages.size()), messages.size(), &home, std::move(done)}));
    });
  }

  void subscribe(Subscription subscription) {
    subscriptions_.push_back(std::make_shared<const Subscription>(std::move(subscription)));
  }
  void on_connection(ConnectionListener listener) {
    listeners_.push_back(std::make_shared<const ConnectionListener>(std::move(listener)));
  }

  void start() {
    loop_.spawn(stay_connected());
    thread_ = std::thread{[this] { loop_.run(); }};
  }

  bool connected() const { return connected_; }

  void stop(bool goodbye) {
    loop_.post([this, goodbye] {
      says_goodbye_ = goodbye;
      stopping_ = true;
      knock_->close();
      ended_.set();
      changed_.set();
      pause_->cancel();
    });
    if (thread_.joinable()) thread_.join();
  }

 private:
  net::Task<> stay_connected();
  net::Task<> stay();
  net::Task<> let_handlers_end();
  net::Task<std::string> connect();
  net::Task<bool> acknowledged_connection();
  net::Task<> say_goodbye();
  void set_callbacks(mosquitto*);

  void send(std::vector<Message>&, const std::shared_ptr<Batch>&);
  int send(const Message&, int& mid);
  void watch();
  void keep_reading();
  void write_what_waits();
  void stay_alive();
  void after_call(int rc);
  void lose(std::string why);
  void tell_listeners(bool connected);

  void on_connack(int rc, bool session_kept);
  void on_suback(std::span<const int> granted);
  void on_puback(int mid);
  void on_message(const mosquitto_message&);
  void hand_over(const std::shared_ptr<const Subscription>&, Received);

  LibraryUse library_;
  Options options_;
  std::vector<std::shared_ptr<const Subscription>> subscriptions_;
  std::vector<std::shared_ptr<const ConnectionListener>> listeners_;

  net::EventLoop loop_;
  net::Event changed_{loop_};  // CONNACK, SUBACK or the loss of the connection
  net::Event ended_{loop_};    // the connection is lost, or stop() was called
  std::unique_ptr<net::Alarm> pause_ = loop_.make_alarm();
  std::unique_ptr<net::Transport> knock_ = net::make_tcp(loop_, options_.broker);
  Handle handle_;
  std::unique_ptr<net::Watch> watch_;
  bool writing_ = false;       // waiting until the socket takes more
  std::size_t unhandled_ = 0;  // messages whose handler has not returned: nothing is written, least of all their acks
  SteadyTime written_;         // when the broker last heard of us
  bool mid_packet_ = false;    // libmosquitto may have written half of one
  std::atomic<bool> connected_ = false;  // CONNACK and every SUBACK are there
  std::size_t subacks_due_ = 0;
  std::string lost_why_;      // empty while the connection stands
  SteadyTime backlog_until_;  // what comes before then may have come before
  bool stopping_ = false;
  bool says_goodbye_ = true;
  std::map<int, std::pair<std::shared_ptr<Batch>, std::size_t>> in_flight_;  // by message id

  std::thread thread_;
};

net::Task<> Client::Session::stay_connected() {
  BackOff back_off{250ms, 15s};
  std::string told;
  while (!stopping_) {
    co_await let_handlers_end();
    std::string why = co_await connect();
    if (why.empty()) {
      log::info(fmt::format("broker {}: connected", to_text(options_.broker)));
      const SteadyTime since = loop_.steady();
      tell_listeners(true);
      co_await stay();
      if (stopping_ && says_goodbye_) co_await say_goodbye();
      why = lost_why_;
      connected_ = false;
      tell_listeners(false);
      if (loop_.steady() - since >= kSteady) {
        told.clear();
        back_off.reset();
      } else {
        told.clear();
        if (!options_.twin.empty()) why += fmt::format(" soon after it was made: is there {}?", options_.twin);
      }
    }
    lose(why);
    watch_.reset();
    handle_.reset();
    if (stopping_) break;
    if (std::exchange(told, why) != why)
      log::warning(fmt::format("broker {}: {}; trying again until it is there", to_text(options_.broker), why));
    co_await pause_->wait_until(loop_.steady() + back_off.next());
  }
  loop_.stop();
}

/// Keeps the connection alive until it is lost or stop() is called.
net::Task<> Client::Session::stay() {
  while (lost_why_.empty() && !stopping_) {
    co_await ended_.wait_until(loop_.steady() + kHousekeeping);
    if (lost_why_.empty()) after_call(mosquitto_loop_misc(handle_.get()));
    if (lost_why_.empty()) write_what_waits();
    if (lost_why_.empty()) stay_alive();
  }
}

/// What they were given comes again over the next connection, which without this would hand it to them meanwhile.
net::Task<> Client::Session::let_handlers_end() {
  while (unhandled_ > 0 && !stopping_) co_await changed_.wait_until(loop_.steady() + kHousekeeping);
}

/// Empty when connected and subscribed, else why not.
net::Task<std::string> Client::Session::connect() {
  // libmosquitto waits for the name and the host without a limit of ours; knock first, with one.
  const auto answered = co_await knock_->open(loop_.steady() + kPatience);
  knock_->close();
  if (!answered) co_return answered.error().text;
  if (stopping_) co_return "stopping";

  lost_why_.clear();
  connected_ = false;
  subacks_due_ = subscriptions_.size();
  handle_ = make_handle(options_, this);
  set_callbacks(handle_.get());
  if (const int rc = secure_handle(handle_.get(), options_); rc != MOSQ_ERR_SUCCESS)
    co_return fmt::format("ca-file, cert-file or key-file cannot be read ({})", mosquitto_strerror(rc));
  if (const int rc = connect_handle(handle_.get(), options_); rc != MOSQ_ERR_SUCCESS) co_return text_of(rc);
  watch();
  if (!co_await acknowledged_connection())
    co_return lost_why_.empty() ? "accepted the connection and did not answer as an MQTT broker does" : lost_why_;
  co_return std::string{};
}

net::Task<bool> Client::Session::acknowledged_connection() {
  const SteadyTime deadline = loop_.steady() + kPatience;
  while (!connected_ && lost_why_.empty() && !stopping_)
    if (!co_await changed_.wait_until(std::min(deadline, loop_.steady() + kHousekeeping)) && loop_.steady() >= deadline)
      break;
  co_return connected_;
}

net::Task<> Client::Session::say_goodbye() {
  const SteadyTime deadline = loop_.steady() + kGoodbye;
  while ((!in_flight_.empty() || unhandled_ > 0) && lost_why_.empty() && loop_.steady() < deadline)
    co_await pause_->wait_until(loop_.steady() + 5ms);
  if (!lost_why_.empty() || unhandled_ > 0) co_return;
  mosquitto_disconnect(handle_.get());
  mosquitto_loop_write(handle_.get(), 1);
}

void Client::Session::set_callbacks(mosquitto* handle) {
  mosquitto_connect_with_flags_callback_set(handle, [](mosquitto*, void* self, int rc, int flags) {
    static_cast<Session*>(self)->on_connack(rc, (flags & 1) != 0);
  });
  mosquitto_subscribe_callback_set(handle, [](mosquitto*, void* self, int, int count, const int* granted) {
    static_cast<Session*>(self)->on_suback({granted, static_cast<std::size_t>(count)});
  });
  mosquitto_publish_callback_set(handle,
                                 [](mosquitto*, void* self, int mid) { static_cast<Session*>(self)->on_puback(mid); });
  mosquitto_message_callback_set(handle, [](mosquitto*, void* self, const mosquitto_message* message) {
    static_cast<Session*>(self)->on_message(*message);
  });
}

void Client::Session::send(std::vector<Message>& messages, const std::shared_ptr<Batch>& batch) {
  if (messages.empty()) return batch->report();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    int mid = 0;
    const int rc = send(messages[i], mid);
    if (rc == MOSQ_ERR_SUCCESS) in_flight_[mid] = {batch, i};
    else batch->settle(i, fate_of_refusal(rc));
  }
  if (connected_) write_what_waits();
}

int Client::Session::send(const Message& message, int& mid) {
  if (!connected_) return MOSQ_ERR_NO_CONN;
  if (message.payload.size() > MQTT_MAX_PAYLOAD) return MOSQ_ERR_PAYLOAD_SIZE;
  return mosquitto_publish(handle_.get(), &mid, message.topic.c_str(), static_cast<int>(message.payload.size()),
                           message.payload.data(), 1, message.retain);
}

void Client::Session::watch() {
  watch_ = net::watch_descriptor(loop_, mosquitto_socket(handle_.get()));
  writing_ = false;
  mid_packet_ = false;
  keep_reading();
  write_what_waits();
}

void Client::Session::keep_reading() {
  watch_->when_readable([this] {
    if (!handle_) return;
    after_call(mosquitto_loop_read(handle_.get(), 1));
    if (!lost_why_.empty()) return;
    keep_reading();
    write_what_waits();
  });
}

void Client::Session::write_what_waits() {
  if (writing_ || unhandled_ > 0 || !mosquitto_want_write(handle_.get())) return;
  written_ = loop_.steady();
  after_call(mosquitto_loop_write(handle_.get(), 1));
  mid_packet_ = mosquitto_want_write(handle_.get());
  if (!lost_why_.empty() || !mid_packet_) return;
  writing_ = true;
  watch_->when_writable([this] {
    writing_ = false;
    if (handle_) write_what_waits();
  });
}

/// The library's PINGREQ waits behind acknowledgements, which may wait long for their handlers: a store far away, a
/// request of thousands of jobs. This one goes past them; its answer contents the library too.
void Client::Session::stay_alive() {
  if (unhandled_ == 0 || mid_packet_ || loop_.steady() - written_ < options_.keep_alive / 2) return;
  written_ = loop_.steady();
  if (!ping_now(handle_.get())) lose("the connection takes nothing");
}

void Client::Session::after_call(int rc) {
  if (rc != MOSQ_ERR_SUCCESS) lose(text_of(rc));
}

void Client::Session::lose(std::string why) {
  if (lost_why_.empty()) lost_why_ = std::move(why);
  connected_ = false;
  for (auto& [mid, place] : std::exchange(in_flight_, {})) place.first->settle(place.second, MqttError::lost);
  changed_.set();
  ended_.set();
}

void Client::Session::tell_listeners(bool connected) {
  for (const auto& listener : listeners_) listener->home->post([listener, connected] { listener->changed(connected); });
}

void Client::Session::on_connack(int rc, bool session_kept) {
  if (rc != 0) return lose(fmt::format("the broker refused the connection: {}", mosquitto_connack_string(rc)));
  backlog_until_ = session_kept ? loop_.steady() + kBacklog : SteadyTime{};
  for (const auto& subscription : subscriptions_)
    mosquitto_subscribe(handle_.get(), nullptr, subscription->filter.c_str(), 1);
  connected_ = subacks_due_ == 0;
  changed_.set();
}

void Client::Session::on_suback(std::span<const int> granted) {
  constexpr int kRefused = 0x80;
  if (std::ranges::any_of(granted, [](int qos) { return qos >= kRefused; }))
    return lose("the broker refuses a subscription: check this client's access rights to m2c2/#");
  if (subacks_due_ > 0) --subacks_due_;
  connected_ = subacks_due_ == 0;
  changed_.set();
}

void Client::Session::on_puback(int mid) {
  const auto found = in_flight_.find(mid);
  if (found == in_flight_.end()) return;
  const auto [batch, index] = std::move(found->second);
  in_flight_.erase(found);
  batch->settle(index, {});
}

void Client::Session::on_message(const mosquitto_message& message) {
  for (const auto& subscription : subscriptions_) {
    bool matches = false;
    mosquitto_topic_matches_sub(topics_of(subscription->filter), message.topic, &matches);
    if (!matches) continue;
    Received received{message.topic,
                      {static_cast<const char*>(message.payload), static_cast<std::size_t>(message.payloadlen)},
                      message.retain,
                      loop_.steady() < backlog_until_};
    hand_over(subscription, std::move(received));
    return;
  }
}

void Client::Session::hand_over(const std::shared_ptr<const Subscription>& subscription, Received received) {
  ++unhandled_;
  subscription->home->post([this, subscription, received = std::move(received)]() mutable {
    subscription->on_message(std::move(received));
    loop_.post([this] {
      if (--unhandled_ == 0) changed_.set();
      if (handle_) write_what_waits();
    });
  });
}

Client::Client(Options options) : session_{std::make_unique<Session>(std::move(options))} {}
Client::~Client() = default;

void Client::publish(std::vector<Message> batch, net::Loop& home, std::function<void(Published)> done) {
  session_->publish(std::move(batch), home, std::move(done));
}
void Client::subscribe(std::string filter, net::Loop& home, std::function<void(Received)> on_message) {
  session_->subscribe({std::move(filter), &home, std::move(on_message)});
}
void Client::on_connection(net::Loop& home, std::function<void(bool connected)> changed) {
  session_->on_connection({&home, std::move(changed)});
}
void Client::start() { session_->start(); }
void Client::stop(bool goodbye) { session_->stop(goodbye); }
bool Client::connected() const { return session_->connected(); }

}  // namespace m2c2::mqtt

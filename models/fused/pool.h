// A few threads that share out numbered jobs and never hold up the caller.

#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace fastslow {

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// The caller works too, and takes every job that no other thread has begun, so a thread that the
// machine gives no time to holds up nothing. It takes the last jobs first and the other threads the
// first, so that from round to round each meets the same jobs, whose data lie in its own cache. If one loses its processor in the middle of a job, the
// caller has to wait; it then works alone for a while. Threads look out for work for a moment, then
// sleep.
class Pool {
   public:
    explicit Pool(int n_threads) {
        for (int i = 1; i < n_threads; ++i) threads.emplace_back([this] { work(); });
    }

    ~Pool() {
        stopping = true;
        tickets.fetch_add(uint64_t(1) << 32);
        tickets.notify_all();
        for (auto& thread : threads) thread.join();
    }

    // Whether there is another thread to count on.
    bool helped() const { return !threads.empty() && alone == 0; }

    // Call job(0) ... job(n - 1), in any order and on any thread.
    void run(int n, const std::function<void(int)>& job) {
        if (n > 1 && n < MOST && helped()) {
            start(n, job);
            finish();
        } else {
            for (int i = 0; i < n; ++i) job(i);
            alone = std::max(0, alone - 1);
        }
    }

    // Let the other threads begin; every start needs a finish before anything else.
    void start(int n, const std::function<void(int)>& job) {
        current = job;
        to_do = n;
        uint64_t round = (tickets.load() >> 32) + 1;
        tickets.store(round << 32 | uint64_t(n) << 16);
        tickets.notify_all();
    }

    // Do what is left and wait for what others have begun.
    void finish() {
        auto start = Clock::now();
        int n_own = 0;
        while (take(true)) ++n_own;
        auto own = Clock::now() - start;
        for (int spins = 0; int left = to_do.load(); ++spins) {
            if (spins < SPINS) relax();
            else to_do.wait(left);
        }
        auto waited = Clock::now() - start - own;
        if (waited > 2 * own / std::max(n_own, 1) + PATIENCE) alone = ROUNDS_ALONE;
    }

   private:
    using Clock = std::chrono::steady_clock;
    static constexpr auto PATIENCE = std::chrono::microseconds(100);
    static constexpr int ROUNDS_ALONE = 200;
    static constexpr int SPINS = 2000;  // about 100 microseconds, longer than a step of most tasks

    static constexpr int MOST = 1 << 16;

    // `tickets` holds, from the low bits, the first job left, the end of those left, and the round,
    // so that a late thread cannot take a job of another round.
    static uint64_t first_left(uint64_t seen) { return seen & 0xffff; }
    static uint64_t end_left(uint64_t seen) { return seen >> 16 & 0xffff; }
    static bool any_left(uint64_t seen) { return first_left(seen) < end_left(seen); }

    // Take a job, the last or the first, and do it; false if none is left.
    bool take(bool last) {
        uint64_t seen = tickets.load();
        while (any_left(seen)) {
            uint64_t job = last ? end_left(seen) - 1 : first_left(seen);
            uint64_t next = last ? seen - (uint64_t(1) << 16) : seen + 1;
            if (tickets.compare_exchange_weak(seen, next)) {
                current(int(job));
                if (to_do.fetch_sub(1) == 1) to_do.notify_all();
                return true;
            }
        }
        return false;
    }

    void work() {
        for (int spins = 0; !stopping;) {
            if (take(false)) {
                spins = 0;
            } else if (spins < SPINS) {
                ++spins;
                relax();
            } else {
                uint64_t seen = tickets.load();
                if (!any_left(seen) && !stopping) tickets.wait(seen);
                spins = 0;
            }
        }
    }

    std::atomic<uint64_t> tickets{0};
    std::atomic<int> to_do{0};
    std::atomic<bool> stopping{false};
    std::function<void(int)> current;
    int alone = 0;  // rounds left without the others
    std::vector<std::thread> threads;
};

}  // namespace fastslow

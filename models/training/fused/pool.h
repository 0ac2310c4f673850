// A few threads that share out numbered jobs and never hold up the caller.

#pragma once

namespace fastslow {

// The caller works too, and takes every job that no other thread has begun, so a thread that the
// machine gives no time to holds up nothing. It takes the last jobs first and the other threads the
// first, so that from round to round each meets the same jobs, whose data lie in its own cache. If
// one loses its processor in the middle of a job, the caller has to wait; it then works alone for a
// while. Threads look out for work for a moment, then sleep.
class Pool {
   public:
    explicit Pool(int most_threads);
    ~Pool();
    Pool(const Pool&) = delete;

    // Whether there is another thread to count on.
    bool helped() const;

    // Call job(0) ... job(n - 1), in any order and on any thread.
    template <class Job>
    void run(int n, const Job& job) {
        run(n, call<Job>, &job);
    }

    // Let the other threads begin; every start needs a finish before anything else, and `job` has to
    // last until then.
    template <class Job>
    void start(int n, const Job& job) {
        start(n, call<Job>, &job);
    }

    // Do what is left and wait for what others have begun.
    void finish();

   private:
    typedef void (*Call)(const void* job, int index);

    template <class Job>
    static void call(const void* job, int index) {
        (*static_cast<const Job*>(job))(index);
    }

    void run(int n, Call call, const void* job);
    void start(int n, Call call, const void* job);

    struct Threads;  // in pool.cpp, for the header that atomics need takes long to read
    Threads* threads;
};

}  // namespace fastslow
